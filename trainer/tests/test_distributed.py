"""Two processes that talk by gloo: one job, one adapter, one voice."""

import json
import os
import signal
import time

import instruments
import pytest
import torch
from comparing import adapter_of
from jobs import grpo_job, sft_job
from reward_server import serve_rewards
from rows import COUNT
from running import run, run_ranks, start_ranks

# Sums over two processes are grouped otherwise than over one: float32 loses some 1e-7 each, Adam's division makes more.
TOLERANCE = dict(atol=2e-5, rtol=1e-4)
LONG = {"maxSteps": 400, "stopAt": 400, "saveEvery": 400}


@pytest.fixture(scope="module")
def rewards():
    with serve_rewards() as server:
        yield server


def check_same(one, two, folders):
    adapters = [adapter_of(folder / "adapter") for folder in folders]
    assert adapters[0].keys() == adapters[1].keys()
    for name in adapters[0]:
        torch.testing.assert_close(adapters[1][name], adapters[0][name], **TOLERANCE)
    assert one.values.keys() == two.values.keys()
    for step, values in one.values.items():
        for name in ("loss", "grad_norm", "reward", "kl", "eval_loss"):
            if name in values:
                assert two.values[step][name] == pytest.approx(values[name], rel=1e-4, abs=1e-5), (step, name)


def test_sft_with_the_same_global_batch_equals_one_process(micro, data, tmp_path):
    # Dropout draws from each process's own generator.
    plain = dict(adapter=None, lora={"dropout": 0})
    one = run(sft_job(micro, data, tmp_path / "one", **plain), tmp_path)
    first, second = run_ranks(sft_job(micro, data, tmp_path / "two", **plain), tmp_path, 2)
    assert (one.code, first.code, second.code) == (0, 0, 0), first.stderr
    check_same(one, first, (tmp_path / "one", tmp_path / "two"))


def test_rank_0_alone_speaks(micro, data, tmp_path):
    job = sft_job(micro, data, tmp_path / "out", plan={"maxSteps": 2, "stopAt": 2}, validation=None)
    first, second = run_ranks(job, tmp_path, 2)
    assert second.events == []
    assert first.of("started")[0]["worldSize"] == 2
    assert [event["exact"] for event in first.of("checkpoint")] == [False]


def test_grpo_equals_one_process_on_the_same_completions(micro, data, rewards, tmp_path):
    """One group of four per step stands on both ranks, so advantages need the other's rewards.

    TRL logs KL as the mean over forward passes of their tokens' means: both runs make one pass of all four.
    """
    generator = torch.Generator().manual_seed(3)
    completions = [
        [torch.randint(12, 50, (length,), generator=generator).tolist() for length in (3, 12, 7, 5)] for _ in range(6)
    ]
    (tmp_path / "completions.json").write_text(json.dumps(completions))
    changes = dict(promptsPerStep=1, generations=4)
    results = {}
    for name, count in (("one", 1), ("two", 2)):
        changes["perDeviceBatchSize"] = 4 // count
        job = grpo_job(micro, data, tmp_path / name, rewards.server_address, **changes)
        environment = {"COMPLETIONS": str(tmp_path / "completions.json")}
        runs = run_ranks(job, tmp_path, count, instrument=instruments.replay_completions, environment=environment)
        assert [result.code for result in runs] == [0] * count, runs[-1].stderr
        results[name] = runs[0]
    check_same(results["one"], results["two"], (tmp_path / "one", tmp_path / "two"))
    assert results["one"].values[6]["kl"] > 1e-3


def test_rank_0_asks_for_the_rewards_of_all(micro, data, tmp_path):
    with serve_rewards() as server:
        job = grpo_job(micro, data, tmp_path / "out", server.server_address, plan={"maxSteps": 2, "stopAt": 2})
        runs = run_ranks(job, tmp_path, 2)
        assert [result.code for result in runs] == [0, 0], runs[0].stderr
    assert [(request["step"], len(request["ids"])) for request in server.requests] == [(1, 4), (2, 4)]


def test_rewards_that_are_refused_end_every_rank(micro, data, tmp_path):
    with serve_rewards(spoil=lambda *_: (500, "no")) as server:
        runs = run_ranks(grpo_job(micro, data, tmp_path / "out", server.server_address), tmp_path, 2)
    assert [result.code for result in runs] == [1, 1]
    assert runs[0].failure == ("error", "RewardError: rewards were refused with status 500: no")


@pytest.mark.parametrize("asked", [0, 1])
def test_a_signal_to_one_rank_stops_all_at_one_step(micro, data, tmp_path, asked):
    ranks = start_ranks(sft_job(micro, data, tmp_path / "out", plan=LONG), tmp_path, 2)
    while '"step": 2, "maxSteps"' not in ranks[0].paths["out"].read_text():
        assert ranks[0].process.is_alive(), ranks[0].paths["err"].read_text()
        time.sleep(0.05)
    os.kill(ranks[asked].process.pid, signal.SIGTERM)
    runs = [rank.wait() for rank in ranks]
    assert [result.code for result in runs] == [75, 75], runs[asked].stderr
    step = runs[0].of("progress")[-1]["step"]
    assert [event["step"] for event in runs[0].of("checkpoint")] == [step]
    assert {f"rng_state_{i}.pth" for i in (0, 1)} < set(os.listdir(tmp_path / f"out/checkpoint-{step}"))


def test_a_checkpoint_of_two_resumes_in_one(micro, data, tmp_path):
    plan = {"maxSteps": 3, "stopAt": 2}
    first, _ = run_ranks(sft_job(micro, data, tmp_path / "two", plan=plan, validation=None), tmp_path, 2)
    checkpoint = first.of("checkpoint")[-1]["path"]
    resumed = run(
        sft_job(micro, data, tmp_path / "one", plan={"maxSteps": 3, "stopAt": 3}, resume=checkpoint), tmp_path
    )
    assert resumed.code == 0, resumed.stderr
    assert [event["step"] for event in resumed.of("progress")] == [3]


def test_batches_that_do_not_divide_name_the_devices(micro, data, tmp_path):
    job = sft_job(micro, data, tmp_path / "out", batchSize=COUNT, perDeviceBatchSize=COUNT)
    for result in run_ranks(job, tmp_path, 2):
        assert result.code == 1
    assert "8 on 2 devices does not divide the 8 sequences of a step" in (tmp_path / "rank0.out").read_text()
