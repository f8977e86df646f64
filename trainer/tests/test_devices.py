"""A process of its own takes one GPU, whatever it could see; ranks of several keep what their launcher gave them."""

import instruments
import pytest
from jobs import sft_job
from running import run, run_ranks

from dermflow_trainer.__main__ import one_device

PLAN = {"maxSteps": 1, "stopAt": 1, "saveEvery": 1}


@pytest.mark.parametrize(
    ("visible", "taken"),
    [(None, "0"), ("0", "0"), ("3,4", "3"), (" 2 , 1", "2"), ("", ""), ("-1", "-1"), ("GPU-5b1c,GPU-77aa", "GPU-5b1c")],
)
def test_the_first_that_is_in_sight(visible, taken):
    assert one_device(visible) == {"CUDA_VISIBLE_DEVICES": taken}


def test_one_process_and_several(micro, data, tmp_path):
    job = sft_job(micro, data, tmp_path / "out", plan=PLAN, validation=None)
    told = dict(environment={"CUDA_VISIBLE_DEVICES": "3,4"}, instrument=instruments.tell_devices)
    assert "devices in sight: 3\n" in run(job, tmp_path, **told).stderr
    for rank in run_ranks(job, tmp_path, 2, **told):
        assert "devices in sight: 3,4\n" in rank.stderr
