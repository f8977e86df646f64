"""What the libraries keep between steps is known: each attribute that changes stands in docs/training.md's table, which
says where it is saved or why it is not needed. Pinned versions that bring a new one fail here with its name."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import instruments
import pytest
import teacher_features
from jobs import distill_job, grpo_job, sft_job, soreb_job
from reward_server import serve_rewards
from running import run
from state import changed

DOCS = Path(__file__).parents[2] / "docs/training.md"
PLAN = {"maxSteps": 6, "stopAt": 6, "saveEvery": 3}


@pytest.fixture(scope="module")
def changing(micro, data, tmp_path_factory):
    """By stage, the attributes that change over six steps: two epochs of SFT, three of GRPO."""

    def of(job, name):
        folder = tmp_path_factory.mktemp(name)
        result = run(job(folder / "out"), folder, instrument=instruments.watch_state)
        assert result.code == 0, result.stderr
        return changed(json.loads((folder / "out/snapshots.json").read_text()))

    with serve_rewards() as server:
        socket = server.server_address
        settings = dict(plan=PLAN, batchSize=3, perDeviceBatchSize=1)
        return {
            "sft": of(lambda output: sft_job(micro, data, output, **settings), "sft"),
            "distill": of(
                lambda output: distill_job(
                    micro, data, output, teacher_features.write(output.parent / "features", data), **settings
                ),
                "distill",
            ),
            "soreb": of(lambda output: soreb_job(micro, data, output, socket, plan=PLAN, promptsPerStep=4), "soreb"),
            "grpo": of(lambda output: grpo_job(micro, data, output, socket, plan=PLAN, promptsPerStep=4), "grpo"),
        }


def told():
    """The names in the table's first column, `*` standing for anything."""
    section = DOCS.read_text().split("### What is kept between steps")[1].split("\n#")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


@pytest.mark.parametrize("stage", ["sft", "grpo", "distill", "soreb"])
def test_every_attribute_that_changes_is_in_the_table(changing, stage):
    new = [path for path in changing[stage] if not any(fnmatchcase(path, name) for name in told())]
    assert new == [], "say in docs/training.md where each is saved, or why it is not needed"


def test_the_table_names_nothing_that_does_not_change(changing):
    paths = [path for stage in changing.values() for path in stage]
    assert [name for name in told() if not any(fnmatchcase(path, name) for path in paths)] == []


def test_what_a_checkpoint_must_hold_is_among_what_changes(changing):
    """The snapshot sees weights, optimiser, schedule, position and generators, so it would see others like them."""
    seen = {"model.trainable", "lr_scheduler", "state.global_step", "torch.random"}
    sampler = "accelerator._dataloaders[DataLoaderShard].base_dataloader.batch_sampler.sampler.generator"
    for stage in changing.values():
        assert seen | {sampler, "accelerator._optimizers[AcceleratedOptimizer]"} <= set(stage)
    assert "_buffered_inputs" in changing["grpo"]
