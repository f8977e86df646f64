"""SOREB by its numbers: baseline, advantages, loss and gradient, by hand and recomputed without the trainer."""

import math
from types import SimpleNamespace

import instruments
import pytest
import torch
from comparing import adapter_of
from jobs import soreb_job
from peft import PeftModel
from reward_server import score, serve_rewards
from running import run
from sequences import inputs_by_prompt, log_probs, prompt_of
from transformers import AutoModelForImageTextToText, AutoProcessor

from dermflow_trainer.rollouts.baseline import Baseline, ReinforceTrainer

DECAY, STEPS = 0.5, 3


def test_the_baseline_is_an_average_of_the_steps_before():
    """Worked by hand: means -2, -1 and 1 with decay 1/2."""
    baseline = Baseline(0.5)
    told = []
    for rewards in ([-1.0, -3.0], [-1.0, -1.0], [0.0, 2.0]):
        advantages, compared = baseline.advantages(torch.tensor(rewards))
        told.append((advantages.tolist(), compared, baseline.value))
    assert told == [([1, -1], -2, -2), ([1, 1], -2, -1.5), ([1.5, 3.5], -1.5, -0.25)]


def test_the_gradient_is_that_worked_by_hand():
    """Four tokens, all alike: log 1/4 each. One completion of a token with advantage 1, one of two with advantage -1:
    the loss is -(log 1/4 - 2 log 1/4) / 2; its gradient at a logit is -A (1[taken] - 1/4) / 2, and 0 behind the end."""
    logits = torch.zeros(2, 2, 4, requires_grad=True)
    completions = torch.tensor([[1, 0], [2, 3]])

    def told(*_, **__):
        chances = logits.log_softmax(-1)
        return chances.gather(-1, completions[..., None])[..., 0], -(chances.exp() * chances).sum(-1), None

    trainer = SimpleNamespace(
        _get_per_token_logps_and_entropies=told,
        accelerator=SimpleNamespace(reduce=lambda value, _: value),
        _metrics={"train": {"entropy": []}},
        current_gradient_accumulation_steps=1,
    )
    inputs = {
        "prompt_ids": torch.zeros(2, 1, dtype=torch.long),
        "prompt_mask": torch.ones(2, 1, dtype=torch.long),
        "completion_ids": completions,
        "completion_mask": torch.tensor([[1, 0], [1, 1]]),
        "advantages": torch.tensor([1.0, -1.0]),
    }
    loss = ReinforceTrainer._compute_loss(trainer, None, inputs)
    assert loss.item() == pytest.approx(-math.log(4) / 2)
    loss.backward()
    taken, other, none = 0.375, 0.125, [0.0] * 4
    expected = [
        [[other, -taken, other, other], none],
        [[-other, -other, taken, -other], [-other, -other, -other, taken]],
    ]
    torch.testing.assert_close(logits.grad, torch.tensor(expected))
    assert trainer._metrics["train"]["entropy"] == pytest.approx([math.log(4)])


@pytest.fixture(scope="module")
def trained(micro, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("soreb")
    with serve_rewards() as server:
        job = soreb_job(
            micro,
            data,
            folder / "out",
            server.server_address,
            baselineDecay=DECAY,
            optimiser={"learningRate": 1e-2, "maxGradNorm": 1e9},
            plan={"maxSteps": STEPS, "stopAt": STEPS, "saveEvery": 1},
        )
        result = run(job, folder, instrument=instruments.record_reinforce)
    assert result.code == 0, result.stderr
    return result, torch.load(folder / "out/passes-0.pt"), torch.load(folder / "out/gradients.pt"), folder / "out"


def test_advantages_are_rewards_beyond_the_average_of_the_steps_before(micro, trained):
    result, passes, _, _ = trained
    processor = AutoProcessor.from_pretrained(micro / "base")
    average = None
    for step in range(1, STEPS + 1):
        own = [entry for entry in passes if entry["step"] == step]
        rewards = [sum(score(text(entry, i, processor)).values()) for entry in own for i in range(2)]
        mean = sum(rewards) / len(rewards)
        before = mean if average is None else average
        average = DECAY * before + (1 - DECAY) * mean
        told = [value for entry in own for value in entry["advantages"].tolist()]
        assert told == pytest.approx([reward - before for reward in rewards], abs=1e-5)
        assert result.values[step]["baseline"] == pytest.approx(before, abs=1e-6)
        assert own[0]["baseline"] == pytest.approx(average, abs=1e-6)
        assert result.values[step]["reward"] == pytest.approx(mean, abs=1e-6)
    assert {round(entry["baseline"], 6) for entry in passes} != {round(passes[0]["baseline"], 6)}


def text(entry, i, processor):
    tokens = entry["completion_ids"][i][entry["completion_mask"][i] == 1]
    return processor.tokenizer.decode(tokens, skip_special_tokens=True)


def test_the_gradient_is_that_of_the_log_probability_of_whole_completions(micro, data, trained):
    result, passes, gradients, output = trained
    step = STEPS
    processor = AutoProcessor.from_pretrained(micro / "base")
    base = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32)
    model = PeftModel.from_pretrained(base, output / f"checkpoint-{step - 1}", is_trainable=True)
    inputs = inputs_by_prompt(data, processor)
    own = [entry for entry in passes if entry["step"] == step]
    total = 0.0
    for entry in own:
        for i in range(2):
            loss = -entry["advantages"][i] * log_probs(model, inputs[prompt_of(entry, i)], entry, i).sum() / 4
            loss.backward()
            total += loss.item()
    assert result.values[step]["loss"] == pytest.approx(total, rel=1e-4, abs=1e-4)
    expected = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    largest = max(gradient.abs().max().item() for gradient in expected.values())
    assert expected.keys() == gradients[step].keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(gradients[step][name], gradient, atol=1e-5 * largest, rtol=1e-4)


def test_trains_the_adapter_alone_and_holds_no_reference(micro, trained):
    _, _, _, output = trained
    given, after = adapter_of(micro / "adapter"), adapter_of(output / "adapter")
    assert all(not torch.equal(given[name], after[name]) for name in given)
    assert not (output / f"checkpoint-{STEPS}/ref").exists()
