"""Rollouts by a vLLM server, with a stand-in for vLLM's side of TRL: what the trainer does with completions that
another program sampled, and what it logs of how far that program's numbers are from its own."""

import instruments
import pytest
from jobs import ROLLOUTS, grpo_job
from reward_server import serve_rewards
from running import run

SERVER = {**ROLLOUTS, "engine": "vllm-server", "server": "http://127.0.0.1:8000"}
PLAN = {"maxSteps": 2, "stopAt": 2, "saveEvery": 2}


@pytest.fixture(scope="module")
def result(micro, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vllm")
    with serve_rewards() as server:
        job = grpo_job(micro, data, folder / "out", server.server_address, plan=PLAN, rollouts=SERVER)
        result = run(job, folder, instrument=instruments.stand_in_for_vllm)
    assert result.code == 0, result.stderr
    return result


def test_the_weights_are_given_to_the_server_before_each_step(result):
    assert result.stderr.count("stand-in: weights") == 2


def test_importance_ratios_and_gaps_are_logged(result):
    """The stand-in says of each completion's tokens log-probs that are 0.01 below the trainer's, in turn 0.02."""
    for values in result.values.values():
        assert values["sampling_gap_mean"] == pytest.approx(0.015, abs=0.004)
        assert values["sampling_gap_max"] == pytest.approx(0.02, abs=1e-4)
        assert 1 < values["importance_ratio_min"] < values["importance_ratio_mean"] < values["importance_ratio_max"] < 3
    assert result.values[1]["kl"] < 1e-6


def test_rollouts_by_the_trainer_itself_log_none(micro, data, tmp_path):
    with serve_rewards() as server:
        plan = {"maxSteps": 1, "stopAt": 1, "saveEvery": 1}
        values = run(grpo_job(micro, data, tmp_path / "out", server.server_address, plan=plan), tmp_path).values
    assert not [name for name in values[1] if name.startswith(("sampling", "importance"))]
