"""GRPO by its numbers: what each completion sees, advantages, KL and loss, recomputed without the trainer."""

import instruments
import numpy as np
import pytest
import torch
from comparing import adapter_of
from jobs import grpo_job
from peft import PeftModel
from reward_server import score, serve_rewards
from running import run
from sequences import inputs_by_prompt, log_probs, prompt_of
from transformers import AutoModelForImageTextToText, AutoProcessor

from dermflow_trainer.grpo import configuration

BETA = 0.5


@pytest.fixture(scope="module")
def rewards():
    with serve_rewards() as server:
        yield server


@pytest.fixture(scope="module")
def processor(micro):
    return AutoProcessor.from_pretrained(micro / "base")


def train(micro, data, folder, rewards, instrument=instruments.record_passes, **changes):
    """Run and forward passes of six steps of two prompts with two completions."""
    job = grpo_job(micro, data, folder / "out", rewards.server_address, beta=BETA, **changes)
    result = run(job, folder, instrument=instrument)
    assert result.code == 0, result.stderr
    return result, torch.load(folder / "out/passes-0.pt")


@pytest.fixture(scope="module")
def trained(micro, data, rewards, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grpo")
    return (*train(micro, data, folder, rewards, optimiser={"learningRate": 1e-2}), folder / "out")


def test_trains_the_adapter_and_keeps_the_reference(micro, trained):
    result, _, output = trained
    given, after = adapter_of(micro / "adapter"), adapter_of(output / "adapter")
    reference = adapter_of(output / "checkpoint-6/ref")
    assert all(not torch.equal(given[name], after[name]) for name in given)
    assert all(torch.equal(given[name], reference[name]) for name in given)
    expected = {"loss", "kl", "reward", "reward_std", "zero_std_share", "reward/even", "reward/short", "entropy"}
    assert set(result.values[1]) >= expected | {"completion_length", "clipped_share", "grad_norm", "learning_rate"}


@pytest.mark.parametrize("step", [1, 3, 6])
def test_advantage_kl_and_loss_agree_with_numpy(trained, processor, step):
    """Eq. 3 and 4 from the stored log-probs and the rewards, to 1e-5."""
    result, passes, _ = trained
    passes = [entry for entry in passes if entry["step"] == step]
    assert len(passes) == 2
    keys, totals, advantages, losses, sums, lengths = [], [], [], [], [], []
    for entry in passes:
        mask = entry["completion_mask"].numpy().astype(bool)
        prompts, completions = entry["prompt_ids"], entry["completion_ids"]
        for i in range(len(mask)):
            counted = mask[i]
            text = processor.tokenizer.decode(completions[i][torch.from_numpy(counted)], skip_special_tokens=True)
            keys.append(tuple(prompts[i][entry["prompt_mask"][i] == 1].tolist()))
            totals.append(sum(score(text).values()))
            advantages.append(entry["advantages"][i].item())
            gap = (entry["ref_per_token_logps"][i] - entry["logps"][i]).numpy().astype(np.float64)[counted]
            kl = np.exp(gap) - gap - 1
            # On-policy the ratio is 1, so the clipped objective is the advantage itself.
            losses.append((BETA * kl - advantages[-1]).mean())
            sums.append(kl.sum())
            lengths.append(counted.sum())
    rewards = {key: [total for other, total in zip(keys, totals, strict=True) if other == key] for key in keys}
    expected = [
        (total - np.mean(rewards[key])) / (np.std(rewards[key], ddof=1) + 1e-4)
        for key, total in zip(keys, totals, strict=True)
    ]
    logged = result.values[step]
    np.testing.assert_allclose(advantages, expected, atol=1e-5, rtol=1e-5)
    assert logged["reward"] == pytest.approx(np.mean(totals), abs=1e-5)
    assert logged["reward_std"] == pytest.approx(np.std(totals, ddof=1), abs=1e-5)
    assert logged["loss"] == pytest.approx(np.mean(losses), abs=1e-5)
    by_pass = [sum(sums[i : i + 2]) / sum(lengths[i : i + 2]) for i in (0, 2)]
    assert logged["kl"] == pytest.approx(np.mean(by_pass), abs=1e-5)


def test_the_comparison_with_numpy_tells_groups_and_averages_apart(trained):
    """Completions differ in length and reward, and KL is not 0: other means would give other numbers."""
    result, passes, _ = trained
    compared = [entry for entry in passes if entry["step"] in (1, 3, 6)]
    assert len({length for entry in compared for length in entry["completion_mask"].sum(1).tolist()}) > 1
    assert any(entry["advantages"].abs().max() > 0.1 for entry in compared)
    assert result.values[6]["kl"] > 1e-3


def test_kl_at_the_first_step_is_0_to_the_sft_policy_and_not_to_the_base(micro, data, trained, processor):
    result, passes, _ = trained
    assert result.values[1]["kl"] < 1e-6
    base = own_log_probs(micro, data, processor, passes[0], adapter=False)
    gaps = torch.cat([own - theirs for own, theirs in pairs(base, passes[0])])
    assert (gaps.exp() - gaps - 1).mean() > 1e-2


def test_each_completion_sees_its_own_image(micro, data, rewards, processor, tmp_path):
    _, passes = train(micro, data, tmp_path, rewards, perDeviceBatchSize=4, plan={"maxSteps": 1, "stopAt": 1})
    check_own_images(micro, data, processor, passes[0])


def test_a_mix_up_of_images_is_noticed(micro, data, rewards, processor, tmp_path):
    instrument = instruments.mix_up_images
    plan = {"maxSteps": 1, "stopAt": 1}
    _, passes = train(micro, data, tmp_path, rewards, instrument, perDeviceBatchSize=4, plan=plan)
    with pytest.raises(AssertionError, match="Tensor-likes are not close"):
        check_own_images(micro, data, processor, passes[0])


def check_own_images(micro, data, processor, entry):
    for own, theirs in pairs(own_log_probs(micro, data, processor, entry), entry):
        torch.testing.assert_close(theirs, own, atol=2e-4, rtol=1e-4)


def pairs(own, entry):
    counted = entry["completion_mask"].bool()
    return [(own[i], entry["logps"][i][counted[i]]) for i in range(len(own))]


def own_log_probs(micro, data, processor, entry, *, adapter=True):
    """Log-probs of each completion's tokens, one sequence at a time with the image of its row."""
    model = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32)
    if adapter:
        model = PeftModel.from_pretrained(model, micro / "adapter")
    inputs = inputs_by_prompt(data, processor)
    with torch.no_grad():
        return [log_probs(model, inputs[prompt_of(entry, i)], entry, i) for i in range(len(entry["prompt_ids"]))]


def specials(processor, passes):
    tokenizer = processor.tokenizer
    special = {token for token, added in tokenizer.added_tokens_decoder.items() if added.special}
    sampled = {
        token for entry in passes for token in entry["completion_ids"][entry["completion_mask"] == 1].flatten().tolist()
    }
    return sampled & (special - {tokenizer.eos_token_id})


def test_special_tokens_are_never_sampled(micro, data, rewards, processor, tmp_path):
    """At a temperature that makes all tokens alike."""
    changes = {"temperature": 1e4, "maxCompletionLength": 24, "plan": {"maxSteps": 3, "stopAt": 3}}
    _, passes = train(micro, data, tmp_path, rewards, **changes)
    assert specials(processor, passes) == set()


def test_special_tokens_would_be_sampled_if_allowed(micro, data, rewards, processor, tmp_path):
    changes = {"temperature": 1e4, "maxCompletionLength": 24, "plan": {"maxSteps": 3, "stopAt": 3}}
    job = grpo_job(micro, data, tmp_path / "out", rewards.server_address, **changes)
    result = run(job, tmp_path, instrument=instruments.allow_every_token)
    passes = torch.load(tmp_path / "out/passes-0.pt") if (tmp_path / "out/passes-0.pt").exists() else []
    assert result.code == 1 or specials(processor, passes)


@pytest.mark.parametrize(("engine", "mode"), [("vllm-colocated", "colocate"), ("vllm-server", "server")])
def test_rollouts_by_vllm_are_asked_of_trl(micro, data, processor, tmp_path, engine, mode):
    """vLLM itself runs on GPUs only: here what is asked of it."""
    own = {"memoryShare": 0.4, "maxLength": 2048, "sleep": True, "tensorParallel": 2}
    rollouts = {"engine": engine, "server": "http://127.0.0.1:8000", **own}
    job = grpo_job(micro, data, tmp_path, "socket", rollouts=rollouts)
    settings = configuration(job, processor)
    assert (settings.use_vllm, settings.vllm_mode) == (True, mode)
    assert (settings.vllm_server_base_url, settings.vllm_gpu_memory_utilization) == ("http://127.0.0.1:8000", 0.4)
    assert (settings.vllm_max_model_length, settings.vllm_enable_sleep_mode) == (2048, True)
    assert settings.vllm_tensor_parallel_size == 2
    image = processor.tokenizer.convert_tokens_to_ids("<|image_pad|>")
    assert settings.generation_kwargs["logit_bias"][image] == -100
    assert processor.tokenizer.eos_token_id not in settings.generation_kwargs["logit_bias"]
