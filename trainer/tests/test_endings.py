"""How a job ends other than well: asked to stop, left alone, diverged, out of memory, without rewards."""

import os
import signal
import time

import instruments
import pytest
import torch
from comparing import EXACT
from jobs import grpo_job, sft_job
from reward_server import serve_rewards
from running import Started, run

from dermflow_trainer.failures import is_out_of_memory

LONG = {"maxSteps": 400, "stopAt": 400, "saveEvery": 400}


@pytest.fixture(scope="module")
def rewards():
    with serve_rewards() as server:
        yield server


def started(job, folder):
    """The job, once it has made two steps."""
    running = Started(job, folder)
    while '"step": 2, "maxSteps"' not in running.paths["out"].read_text():
        assert running.process.is_alive(), running.paths["err"].read_text()
        time.sleep(0.05)
    return running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("stage", ["sft", "grpo"])
def test_a_signal_saves_and_leaves_with_75(micro, data, rewards, tmp_path, stage, number):
    def job(name, **changes):
        if stage == "sft":
            return sft_job(micro, data, tmp_path / name, **changes)
        return grpo_job(micro, data, tmp_path / name, rewards.server_address, **changes)

    running = started(job("first", plan=LONG), tmp_path)
    os.kill(running.process.pid, number)
    result = running.wait()
    assert result.code == 75, result.stderr
    step = result.of("progress")[-1]["step"]
    assert [(event["step"], event["exact"]) for event in result.of("checkpoint")] == [(step, EXACT)]
    plan = {**LONG, "stopAt": step + 1}
    resumed = run(job("second", plan=plan, resume=result.of("checkpoint")[0]["path"]), tmp_path, name="second")
    assert resumed.code == 0, resumed.stderr
    assert [event["step"] for event in resumed.of("progress")] == [step + 1]


def test_a_signal_before_the_first_step_leaves_nothing(micro, data, tmp_path):
    running = Started(sft_job(micro, data, tmp_path / "out", plan=LONG), tmp_path, instrument=instruments.ask_to_stop)
    result = running.wait()
    assert (result.code, result.of("checkpoint"), result.of("progress")) == (75, [], [])


def test_the_end_of_its_parent_ends_it(micro, data, tmp_path):
    running = started(sft_job(micro, data, tmp_path / "out", plan=LONG), tmp_path)
    running.let_go()
    result = running.wait()
    assert result.code == 1
    assert result.of("checkpoint") == []


def test_divergence_names_step_and_cause_and_is_not_saved(micro, data, tmp_path):
    job = sft_job(micro, data, tmp_path / "out", optimiser={"learningRate": 1e30}, plan={"saveEvery": 1})
    result = run(job, tmp_path)
    kind, message = result.failure
    step = result.events[-1]["step"]
    assert (result.code, kind) == (1, "diverged")
    assert f"at step {step}; lower learningRate 1e+30 and resume from a checkpoint before" in message
    assert [event["step"] for event in result.of("checkpoint")] == list(range(1, step))
    assert None in result.values[step].values()


def test_memory_that_does_not_suffice_names_the_setting(micro, data, tmp_path):
    job = sft_job(micro, data, tmp_path / "out", batchSize=8, perDeviceBatchSize=8)
    result = run(job, tmp_path, instrument=instruments.starve)
    assert result.code == 1
    assert result.failure == (
        "out-of-memory",
        "sft ran out of memory with 8 rows at once; lower perDeviceBatchSize, or turn gradientCheckpointing on",
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (MemoryError(), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("shapes cannot be multiplied"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_which_errors_are_of_memory(error, expected):
    assert is_out_of_memory(error) is expected


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, "no such question"), "RewardError: rewards were refused with status 500: no such question"),
        ((200, '{"components": {"even": [1, 1, 1, 1]}}'), "RewardError: rewards lack a number in short for each of 4"),
        ((200, '{"components": {"even": [1], "short": [1]}}'), "RewardError: rewards lack a number in even"),
        ((200, "perhaps"), "RewardError: rewards are not as agreed: perhaps"),
        ((200, '{"components": {"even": [1, "1"]}}'), "components.even.1: must be number"),
        ((200, "[1]"), "rewards are not as agreed: it: must be object"),
    ],
)
def test_rewards_that_are_not_as_agreed(micro, data, tmp_path, answer, message):
    with serve_rewards(spoil=lambda *_: answer) as server:
        result = run(grpo_job(micro, data, tmp_path / "out", server.server_address), tmp_path)
    assert result.code == 1
    assert result.failure[0] == "error"
    assert message in result.failure[1]


def test_rewards_that_nobody_gives(micro, data, tmp_path):
    result = run(grpo_job(micro, data, tmp_path / "out", tmp_path / "nobody.sock"), tmp_path)
    assert (result.code, result.failure[0]) == (1, "error")
    assert f"no rewards from socket {tmp_path}/nobody.sock" in result.failure[1]
