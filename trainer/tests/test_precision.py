"""bf16 and gradient checkpointing, as `recipes/skin-r1.yaml` has them: the base in bf16, the adapter in fp32, products
under autocast as on a GPU, activations computed again in the backward pass."""

import instruments
import pytest
import torch
from comparing import adapter_of, digest
from jobs import grpo_job, sft_job
from reward_server import serve_rewards
from running import run

SHORT = {"maxSteps": 2, "stopAt": 2, "saveEvery": 2}


def train(job, folder, instrument=None):
    result = run(job, folder, instrument=instrument)
    assert result.code == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def runs(micro, data, tmp_path_factory):
    """SFT with the same seed, dropout on: plain, with checkpointing, and in bf16 with checkpointing."""
    folder = tmp_path_factory.mktemp("precision")

    def of(name, instrument=None, **changes):
        job = sft_job(
            micro, data, folder / name, plan=SHORT, optimiser={"learningRate": 1e-2, "warmupRatio": 0}, **changes
        )
        return train(job, folder, instrument), folder / name

    return {
        "plain": of("plain"),
        "checkpointed": of("checkpointed", gradientCheckpointing=True),
        "bf16": of("bf16", instruments.watch_dtypes, precision="bf16", gradientCheckpointing=True),
    }


def test_checkpointing_changes_no_number(runs):
    """A gradient that it lost, or dropout drawn again, would show."""
    (plain, ours), (checkpointed, theirs) = runs["plain"], runs["checkpointed"]
    assert checkpointed.values == plain.values
    assert digest(adapter_of(theirs / "adapter")) == digest(adapter_of(ours / "adapter"))


def test_bf16_is_of_the_base_and_fp32_of_the_adapter(micro, runs):
    _, output = runs["bf16"]
    dtypes = torch.load(output / "dtypes.pt")
    assert dtypes == {"frozen": {torch.bfloat16}, "trained": {torch.float32}, "products": {torch.bfloat16}}
    given, after = adapter_of(micro / "adapter"), adapter_of(output / "adapter")
    assert {weights.dtype for weights in after.values()} == {torch.float32}
    assert all(not torch.equal(given[name], after[name]) for name in given)


def test_bf16_learns_what_fp32_learns(runs):
    (plain, _), (bf16, _) = runs["plain"], runs["bf16"]
    for step, values in plain.values.items():
        assert bf16.values[step]["loss"] == pytest.approx(values["loss"], rel=0.02)
        assert bf16.values[step]["grad_norm"] == pytest.approx(values["grad_norm"], rel=0.5)
    assert bf16.values[1]["loss"] != plain.values[1]["loss"]


def test_grpo_in_bf16_begins_at_its_reference(micro, data, tmp_path):
    with serve_rewards() as server:
        changes = dict(plan=SHORT, precision="bf16", gradientCheckpointing=True, optimiser={"learningRate": 1e-2})
        job = grpo_job(micro, data, tmp_path / "out", server.server_address, **changes)
        result = train(job, tmp_path, instruments.watch_dtypes)
    assert result.values[1]["kl"] < 1e-6
    assert result.values[2]["grad_norm"] > 0
    assert torch.load(tmp_path / "out/dtypes.pt")["products"] == {torch.bfloat16}
