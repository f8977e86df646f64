"""The gradient of a GRPO step, not only its loss, against an independent computation.

Both KL terms have the same value on-policy and another gradient: of k3 itself, ∇k3, or of k3 weighted by the importance
ratio, ∇k3 + k3 ∇log π. The log-probs are computed one sequence at a time, without the trainer.
"""

import instruments
import pytest
import torch
from jobs import grpo_job
from peft import PeftModel
from reward_server import serve_rewards
from running import run
from sequences import inputs_by_prompt, log_probs, prompt_of
from transformers import AutoModelForImageTextToText, AutoProcessor

BETA = 0.5
STEP = 4
KINDS = ("k3", "importance-corrected")


@pytest.fixture(scope="module", params=KINDS)
def step(request, micro, data, tmp_path_factory):
    """The last of four steps: its kind, forward passes, gradients, logged values, and the adapter it began with."""
    folder = tmp_path_factory.mktemp(request.param)
    with serve_rewards() as server:
        job = grpo_job(
            micro,
            data,
            folder / "out",
            server.server_address,
            beta=BETA,
            klGradient=request.param,
            # Far from the reference, so that the KL term counts, and nothing is clipped.
            optimiser={"learningRate": 2e-2, "maxGradNorm": 1e9},
            plan={"maxSteps": STEP, "stopAt": STEP, "saveEvery": STEP - 1},
        )
        result = run(job, folder, instrument=instruments.record_gradients)
    assert result.code == 0, result.stderr
    passes = [entry for entry in torch.load(folder / "out/passes-0.pt") if entry["step"] == STEP]
    gradients = torch.load(folder / "out/gradients.pt")[STEP]
    return request.param, passes, gradients, result.values[STEP], folder / f"out/checkpoint-{STEP - 1}"


def test_the_gradient_is_the_stated_one(micro, data, step):
    kind, passes, gradients, logged, adapter = step
    assert logged["kl"] > 0.05
    expected = {name: own_gradient(micro, data, passes, adapter, name) for name in KINDS}
    for name, gradient in expected[kind].items():
        torch.testing.assert_close(gradients[name], gradient, atol=1e-5, rtol=1e-4)
    other = expected[next(name for name in KINDS if name != kind)]
    assert difference(gradients, other) > 1000 * difference(gradients, expected[kind])
    assert difference(gradients, other) > 1e-2


def difference(ours, theirs):
    """Relative to the whole gradient."""
    flat = [torch.cat([part[name].flatten() for name in sorted(theirs)]) for part in (ours, theirs)]
    return ((flat[0] - flat[1]).norm() / flat[1].norm()).item()


def own_gradient(micro, data, passes, adapter, kind):
    """Gradient of the mean over completions, of means over tokens, of β KL - ratio * advantage; the ratio is 1."""
    processor = AutoProcessor.from_pretrained(micro / "base")
    base = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32)
    model = PeftModel.from_pretrained(base, adapter, is_trainable=True)
    inputs = inputs_by_prompt(data, processor)
    count = sum(len(entry["prompt_ids"]) for entry in passes)
    for entry in passes:
        for i in range(len(entry["prompt_ids"])):
            policy = log_probs(model, inputs[prompt_of(entry, i)], entry, i)
            counted = entry["completion_mask"][i].bool()
            reference = entry["ref_per_token_logps"][i][counted]
            ratio = (policy - policy.detach()).exp()
            gap = reference - policy
            kl = gap.exp() - gap - 1
            if kind == "importance-corrected":
                kl = kl * ratio
            ((BETA * kl - ratio * entry["advantages"][i]).mean() / count).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
