"""Base model, adapter and processor of a job."""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor, GenerationConfig, set_seed

from dermflow_trainer.base_model.layers import lora_targets, resized
from dermflow_trainer.base_model.sharding import prepare_sharding
from dermflow_trainer.base_model.source import source_of
from dermflow_trainer.failures import BadInput

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def prepare_torch(job):
    """Threads, seeds and determinism: on a CPU with one thread equal jobs give equal bytes."""
    torch.set_num_threads(job["threads"])
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
    set_seed(job["seed"])


def load_base(job):
    name, revision = source_of(job["model"])
    base = AutoModelForImageTextToText.from_pretrained(
        name, **revision, dtype=DTYPES[job["precision"]], attn_implementation=job.get("attention", "sdpa")
    )
    # `generate` fills what it is not told from the model's own defaults, which may hold a repetition penalty.
    base.generation_config = GenerationConfig()
    return base


def load_processor(job):
    name, revision = source_of(job["model"])
    return AutoProcessor.from_pretrained(name, **revision, padding_side="left")


def check_image_sizes(rows, processor):
    """Images arrive at their final size. One that the processor would resize again means a mistake upstream."""
    for path in sorted({path for row in rows for path in row["images"]}):
        with Image.open(path) as image:
            width, height = image.size
        wanted = resized(processor, width, height)
        if wanted is not None:
            raise BadInput(f"image {path} is {width}x{height}: the model takes {wanted}")


def load_policy(job):
    """The base with a trainable adapter named `default`: the job's, continued, or a fresh one."""
    base = load_base(job)
    prepare_sharding(base)
    if job["adapter"] is not None:
        return PeftModel.from_pretrained(base, job["adapter"], is_trainable=True)
    return get_peft_model(base, LoraConfig(**lora_arguments(job["lora"], lora_targets(base))))


def lora_arguments(lora, targets):
    """What is set of `LoraConfig`; the rest are switches that are off."""
    return dict(
        r=lora["rank"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=targets,
        task_type="CAUSAL_LM",
        bias="none",
        # B begins at zero, so the policy begins as the base.
        init_lora_weights=True,
        # Scaled by alpha / rank.
        use_rslora=False,
        use_dora=False,
        modules_to_save=None,
    )


def unspeakable_tokens(tokenizer):
    """Special tokens other than the end of the turn. One sampled image token and the next forward pass fails."""
    return [token for token in tokenizer.all_special_ids if token != tokenizer.eos_token_id] + [
        token
        for token, added in tokenizer.added_tokens_decoder.items()
        if added.special and token not in tokenizer.all_special_ids
    ]
