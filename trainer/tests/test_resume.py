"""A run that was stopped and resumed ends with the bytes of one that was not."""

import json

import pytest
from comparing import adapter_of, digest, state_digests
from jobs import grpo_job, sft_job
from reward_server import serve_rewards
from running import run

STAGES = {"sft": sft_job, "grpo": grpo_job}


@pytest.fixture(scope="module")
def rewards():
    with serve_rewards() as server:
        yield server


@pytest.fixture(scope="module", params=STAGES)
def stage(request, micro, data, rewards, tmp_path_factory):
    """Runs the stage's job in a folder of its own: `train(name, **changes)` gives the folder and the run."""
    folder = tmp_path_factory.mktemp(request.param)
    extra = [rewards.server_address] if request.param == "grpo" else []

    def train(name, **changes):
        job = STAGES[request.param](micro, data, folder / name / "out", *extra, **changes)
        (folder / name).mkdir()
        result = run(job, folder / name)
        assert result.code == 0, result.stderr
        return folder / name / "out", result

    train.stage = request.param
    return train


@pytest.fixture(scope="module")
def straight(stage):
    return stage("straight")


def test_stopped_and_resumed_equals_straight(stage, straight):
    expected, undisturbed = straight
    first, before = stage("first", plan={"stopAt": 3})
    second, after = stage("second", resume=str(first / "checkpoint-3"))
    assert after.of("started")[0]["step"] == 3
    assert state_digests(first / "checkpoint-3") == state_digests(expected / "checkpoint-3")
    assert state_digests(second / "checkpoint-6") == state_digests(expected / "checkpoint-6")
    assert digest(adapter_of(second / "adapter")) == digest(adapter_of(expected / "adapter"))
    stop = before.values.pop(3)
    stop.pop("eval_loss", None)
    assert before.values | {3: stop} | after.values == undisturbed.values


def test_another_seed_gives_other_bytes(stage, straight):
    """The comparison above can fail."""
    output, _ = stage("other-seed", seed=8)
    ours, others = (state_digests(folder / "checkpoint-6") for folder in (output, straight[0]))
    assert all(ours[name] != others[name] for name in ("adapter", "optimizer", "random"))


def test_resuming_where_nothing_is_left_finishes_with_the_adapter(stage, straight):
    output, result = stage("again", resume=str(straight[0] / "checkpoint-6"))
    assert [event["step"] for event in result.of("progress")] == []
    assert digest(adapter_of(output / "adapter")) == digest(adapter_of(straight[0] / "adapter"))


def test_samples_after_the_checkpoint_are_forgotten(stage, straight):
    if stage.stage != "grpo":
        pytest.skip("SFT writes no samples")
    folder, _ = straight
    steps = [json.loads(line)["step"] for line in (folder / "samples.jsonl").read_text().splitlines()]
    assert steps == sorted(steps)
    assert set(steps) == {1, 2, 3, 4, 5, 6}


def test_a_stretch_built_from_a_later_adapter_has_another_reference(stage, straight):
    """Why every stretch is built from the SFT adapter: KL would begin again at 0."""
    if stage.stage != "grpo":
        pytest.skip("SFT has no reference")
    _, wrong = stage("wrong-reference", adapter=str(straight[0] / "checkpoint-3"), plan={"stopAt": 1})
    assert wrong.values[1]["kl"] < 1e-6 < straight[1].values[4]["kl"]
