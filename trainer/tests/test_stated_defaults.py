"""Every field of the libraries' configurations with its value, and whether this trainer states it: an upgrade that
adds, removes or changes one is told by name. `python tests/test_stated_defaults.py` writes the golden file again."""

import dataclasses
import json
import sys
import tempfile
from pathlib import Path

import pytest
from jobs import ROLLOUTS, distill_job, grpo_job, sft_job, soreb_job
from peft import LoraConfig
from transformers import TrainingArguments
from trl import GRPOConfig, SFTConfig

from dermflow_trainer import grpo, model, sft, soreb
from dermflow_trainer.base_model import layers
from dermflow_trainer.distillation import job as distill

GOLDEN = Path(__file__).parent / "stated_defaults.json"


class NoTokens:
    """A tokenizer without special tokens."""

    tokenizer = None
    all_special_ids = ()
    added_tokens_decoder = {}  # noqa: RUF012
    eos_token_id = 0


NoTokens.tokenizer = NoTokens


def stated():
    folder = Path("/folder")
    sft_settings = sft.arguments(sft_job(folder, folder, folder / "out"))
    job = grpo_job(folder, folder, folder / "out", folder / "socket")
    server = {**ROLLOUTS, "engine": "vllm-server", "server": "http://127.0.0.1:8000"}
    return {
        "SFTConfig": (SFTConfig, sft_settings),
        "GRPOConfig": (GRPOConfig, grpo.arguments(job, NoTokens)),
        "GRPOConfig with vLLM": (GRPOConfig, grpo.arguments({**job, "rollouts": server}, NoTokens)),
        "TrainingArguments of a distillation": (
            TrainingArguments,
            distill.arguments(distill_job(folder, folder, folder / "out", None)),
        ),
        "GRPOConfig of SOREB": (
            GRPOConfig,
            soreb.arguments(soreb_job(folder, folder, folder / "out", folder / "socket"), NoTokens),
        ),
        "LoraConfig": (
            LoraConfig,
            model.lora_arguments({"rank": 64, "alpha": 32, "dropout": 0.1}, layers.RELEASED_TARGETS),
        ),
    }


def snapshot():
    return {name: fields(cls, settings) for name, (cls, settings) in stated().items()}


def fields(cls, settings):
    """Field by field: the value of the stated ones, the library's default of the others."""
    result = {}
    for field in dataclasses.fields(cls):
        is_stated = field.name in settings
        value = settings[field.name] if is_stated else default_of(field)
        result[field.name] = {"stated" if is_stated else "default": json.loads(json.dumps(value, default=str))}
    unknown = settings.keys() - result.keys()
    assert not unknown, f"{cls.__name__} has no field {sorted(unknown)}"
    return result


def default_of(field):
    if field.default is not dataclasses.MISSING:
        return field.default
    return "required" if field.default_factory is dataclasses.MISSING else field.default_factory()


def changes(before, now):
    return [
        f"{name}: {before.get(name, 'absent')} before, {now.get(name, 'absent')} now"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


@pytest.mark.parametrize("name", stated())
def test_every_field_is_as_it_was_when_the_list_was_gone_through(name):
    told = changes(json.loads(GOLDEN.read_text())[name], snapshot()[name])
    assert told == [], "decide whether each decides numbers, state it if so, then write the golden file again"


def test_a_new_a_lost_and_a_changed_field_are_told_by_name():
    before = {"kept": {"default": 1}, "lost": {"default": 2}, "changed": {"default": 3}}
    now = {"kept": {"default": 1}, "changed": {"default": 4}, "new": {"default": 5}}
    assert [line.split(":")[0] for line in changes(before, now)] == ["changed", "lost", "new"]


@pytest.mark.parametrize("name", stated())
def test_the_library_takes_what_is_stated(name):
    cls, settings = stated()[name]
    with tempfile.TemporaryDirectory() as folder:
        config = cls(**({**settings, "output_dir": folder} if "output_dir" in settings else settings))
    for field in ("seed", "beta", "use_bias_correction_kl", "loss_type", "lora_dropout", "adam_beta2"):
        if field in settings:
            assert getattr(config, field) == settings[field]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(snapshot(), indent=1) + "\n")
    sys.stdout.write(f"{GOLDEN}\n")
