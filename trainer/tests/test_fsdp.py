"""Parameters in shards on two processes. Accelerate shards on accelerators only, so here one of its conditions is
widened to a CPU; all else is what runs on GPUs, with gloo in place of NCCL."""

import instruments
import pytest
import torch
from comparing import adapter_of, digest
from jobs import grpo_job, sft_job
from peft import PeftModel
from reward_server import serve_rewards
from running import run, run_ranks
from transformers import AutoModelForImageTextToText

# As `accelerate launch` sets them by the configuration of activities/trainer/launch.ts.
SHARDED = {
    "ACCELERATE_USE_FSDP": "true",
    "FSDP_VERSION": "2",
    "FSDP_RESHARD_AFTER_FORWARD": "true",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    "FSDP_STATE_DICT_TYPE": "SHARDED_STATE_DICT",
    "FSDP_CPU_RAM_EFFICIENT_LOADING": "true",
    "FSDP_OFFLOAD_PARAMS": "false",
}
TOLERANCE = dict(atol=2e-5, rtol=1e-4)
PLAN = {"maxSteps": 3, "stopAt": 3, "saveEvery": 2}


def sharded(job, folder, instrument=instruments.shard_on_cpu):
    first, second = run_ranks(job, folder, 2, instrument=instrument, environment=SHARDED)
    assert (first.code, second.code) == (0, 0), first.stderr
    return first


@pytest.fixture(scope="module")
def sft(micro, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fsdp-sft")
    job = sft_job(micro, data, folder / "out", adapter=None, lora={"dropout": 0}, plan=PLAN)
    return job, sharded(job, folder), folder / "out"


def test_sft_equals_one_process(sft, tmp_path):
    job, result, output = sft
    one = run({**job, "output": str(tmp_path / "one")}, tmp_path)
    assert one.code == 0, one.stderr
    check_close(output / "adapter", tmp_path / "one/adapter")
    for step, values in one.values.items():
        assert result.values[step]["loss"] == pytest.approx(values["loss"], rel=1e-4)
    assert result.values[3]["eval_loss"] == pytest.approx(one.values[3]["eval_loss"], rel=1e-4)


def check_close(ours, theirs):
    ours, theirs = adapter_of(ours), adapter_of(theirs)
    assert ours.keys() == theirs.keys()
    for name, weights in theirs.items():
        torch.testing.assert_close(ours[name], weights, **TOLERANCE)


def test_a_checkpoint_holds_the_adapter_as_any_other(micro, sft):
    """By which later stages, evaluation and export read it."""
    _, _, output = sft
    assert digest(adapter_of(output / "checkpoint-3")) == digest(adapter_of(output / "adapter"))
    base = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32)
    loaded = dict(PeftModel.from_pretrained(base, output / "checkpoint-2").named_parameters())
    for name, weights in adapter_of(output / "checkpoint-2").items():
        assert torch.equal(loaded[name.replace(".weight", ".default.weight")], weights)


def test_a_resumed_run_ends_as_one_that_was_not_stopped(sft, tmp_path):
    job, _, output = sft
    resumed = {**job, "output": str(tmp_path / "resumed"), "resume": str(output / "checkpoint-2")}
    result = sharded(resumed, tmp_path)
    assert result.of("started")[0]["step"] == 2
    check_close(tmp_path / "resumed/adapter", output / "adapter")


def test_grpo_samples_in_step_and_keeps_its_reference(micro, data, tmp_path):
    """Ranks whose completions end at different tokens would wait for each other forever."""
    plan = {"maxSteps": 2, "stopAt": 2, "saveEvery": 2}
    with serve_rewards() as server:
        job = grpo_job(micro, data, tmp_path / "out", server.server_address, plan=plan, maxCompletionLength=24)
        result = sharded(job, tmp_path, instruments.shard_and_sample_unevenly)
    assert result.values[1]["kl"] < 1e-6
    assert 4 < result.values[1]["completion_length"] < 24
    given, after = adapter_of(micro / "adapter"), adapter_of(tmp_path / "out/checkpoint-2")
    reference = adapter_of(tmp_path / "out/checkpoint-2/ref")
    assert all(torch.equal(given[name], reference[name]) for name in given)
    assert not all(torch.equal(given[name], after[name]) for name in given)
