"""Groups whose completions all earn the same are drawn again; the others keep their completions."""

from types import SimpleNamespace

import instruments
import pytest
import torch
from comparing import state_digests
from jobs import grpo_job
from reward_server import serve_rewards
from running import run

from dermflow_trainer.rollouts.redraw import RedrawingGRPOTrainer, replaced

PLAN = {"maxSteps": 4, "stopAt": 4, "saveEvery": 2}
# One token, whose reward is one of two: many groups are flat.
FLAT = dict(promptsPerStep=4, perDeviceBatchSize=8, maxCompletionLength=1, plan=PLAN)


@pytest.fixture(scope="module")
def train(micro, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("redraw")

    def of(name, redraws, **changes):
        with serve_rewards() as server:
            job = grpo_job(micro, data, folder / name, server.server_address, redraws=redraws, **(FLAT | changes))
            result = run(job, folder, name=name, instrument=instruments.record_advantages)
            assert result.code == 0, result.stderr
            return result, folder / name, server.requests

    return of


@pytest.fixture(scope="module")
def off(train):
    return train("off", 0)


@pytest.fixture(scope="module")
def on(train):
    return train("on", 4)


def test_fewer_groups_teach_nothing(off, on):
    flat, _, _ = off
    redrawn, _, _ = on
    before = sum(values["zero_std_share"] for values in flat.values.values())
    after = sum(values["zero_std_share"] for values in redrawn.values.values())
    assert before > after
    assert redrawn.values[1]["redrawn_share"] == flat.values[1]["zero_std_share"] > 0
    assert "redrawn_share" not in flat.values[1]


def test_groups_that_differ_keep_their_first_completions(off, on):
    first, then = torch.load(off[1] / "completions.pt"), torch.load(on[1] / "completions.pt")
    kept = [i for i in range(0, 8, 2) if first["rewards"][i] != first["rewards"][i + 1]]
    assert kept
    for i in kept:
        assert then["completions"][i : i + 2] == first["completions"][i : i + 2]


def test_no_completion_is_scored_twice_for_nothing(on):
    """The step's last request is answered out of what the draws were told, and each is written down once."""
    result, output, requests = on
    assert max(sum(request["step"] == step for request in requests) for step in result.values) <= 5
    assert (output / "samples.jsonl").read_text().count("\n") == 4 * len(result.values)


def test_a_resumed_run_draws_the_same(train, on):
    _, expected, _ = on
    _, resumed, _ = train("resumed", 4, resume=str(expected / "checkpoint-2"))
    assert state_digests(resumed / "checkpoint-4") == state_digests(expected / "checkpoint-4")


@pytest.mark.parametrize(
    ("weights", "aggregation", "expected"),
    [
        ([1, 1], "sum_then_normalize", [True, False]),
        ([2, 1], "sum_then_normalize", [False, False]),
        ([1, 0], "sum_then_normalize", [False, True]),
        ([1, 1], "normalize_then_sum", [False, False]),
        ([0, 0], "normalize_then_sum", [True, True]),
    ],
)
def test_a_group_is_flat_by_the_rewards_that_train(weights, aggregation, expected):
    """Two groups of two: one's components differ and their sum does not, of the other one component differs."""
    trainer = RedrawingGRPOTrainer.__new__(RedrawingGRPOTrainer)
    trainer.processing_class = SimpleNamespace(batch_decode=lambda ids, **_: [str(each) for each in ids])
    trainer.rewards = SimpleNamespace(preview=lambda *_: {"a": [0, 1, 2, 2], "b": [1.0, 0.0, 0.5, 0.0]})
    trainer.accelerator = SimpleNamespace(device="cpu", process_index=0, gather=lambda each: each)
    trainer.state, trainer.drawn_ids, trainer.num_generations = SimpleNamespace(global_step=0), [], 2
    trainer.reward_weights, trainer.multi_objective_aggregation = torch.tensor(weights).float(), aggregation
    assert trainer.flat_rows([[1], [2], [3], [4]]).tolist() == [each for each in expected for _ in range(2)]


def test_what_is_replaced():
    drawn, again = ([1, 2, 3], None), ([4, 5, 6], None)
    assert replaced(drawn, again, [False, True, False]) == ([1, 5, 3], None)
    assert replaced(([1], [[0.5]]), ([2], [[0.1]]), [True]) == ([2], [[0.1]])
