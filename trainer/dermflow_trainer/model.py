"""Base model, adapter and processor of a job."""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor, GenerationConfig, set_seed

from dermflow_trainer.base_model.layers import RELEASED_PARTS, lora_targets, resized
from dermflow_trainer.base_model.sharding import prepare_sharding
from dermflow_trainer.base_model.source import source_of
from dermflow_trainer.distillation.adapters import attach, is_distilled, load
from dermflow_trainer.failures import BadInput
from dermflow_trainer.tuning.adaptation import is_whole, quantisation_arguments, train_parts

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def prepare_torch(job):
    """Threads, seeds and determinism: on a CPU with one thread equal jobs give equal bytes."""
    torch.set_num_threads(job["threads"])
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
    # By default cuDNN multiplies in TF32 where the job says fp32.
    torch.backends.cudnn.allow_tf32 = job.get("trl", {}).get("tf32", False)
    set_seed(job["seed"])


def load_base(job):
    lora = job.get("lora", {})
    # Transformers' own resume passes over every weight whose name in the file is another than in the model, as most of
    # Qwen2.5-VL's are, and only warns; `from_pretrained` knows both names.
    resumes = lora is None and job["resume"] is not None
    start, commit = start_of(job)
    name, revision = (job["resume"], {}) if resumes else (start, commit)
    base = AutoModelForImageTextToText.from_pretrained(
        name,
        **revision,
        # Weights that are trained are kept in fp32; with bf16 the passes are, by autocast.
        dtype=torch.float32 if lora is None else DTYPES[job["precision"]],
        attn_implementation=job.get("attention", "sdpa"),
        **quantisation_arguments(lora or {}),
    )
    # By this name TRL loads the reference of the KL term: what training began with, also where it resumes.
    base.config._name_or_path = start
    # `generate` fills what it is not given from the model's own defaults, which may hold a repetition penalty.
    base.generation_config = GenerationConfig()
    return base


def start_of(job):
    """Name of what training begins with, and further arguments for `from_pretrained`: a whole model of an earlier
    stage, or the base."""
    whole = job.get("adapter")
    return (whole, {}) if is_whole(whole) else source_of(job["model"])


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


def with_adapter(base, job):
    """The base as it answers: with the job's adapter, unmerged, or those of its distillation, where there are any."""
    if job["adapter"] is None or is_whole(job["adapter"]):
        return base
    if is_distilled(job["adapter"]):
        return attach(base, load(job["adapter"], base))
    return adapted(base, job)


def load_policy(job):
    """The base with a trainable adapter named `default`: the job's, continued, or a fresh one. Without LoRA the base
    itself, some of its parts trainable."""
    base = load_base(job)
    if job["lora"] is None:
        return train_parts(base, job["full"])
    prepare_sharding(base)
    if job["adapter"] is not None:
        return adapted(base, job, is_trainable=True)
    targets = lora_targets(base, job["lora"].get("targets", RELEASED_PARTS))
    try:
        return get_peft_model(base, LoraConfig(**lora_arguments(job["lora"], targets)))
    except ValueError as error:
        raise BadInput(f"field lora.targets: {error}") from error


def adapted(base, job, **options):
    """The base with the job's adapter. Throws `BadInput` where the two do not fit."""
    if is_distilled(job["adapter"]):
        raise BadInput(f"field adapter: {job['adapter']} holds adapters of a distillation, which are no LoRA adapter")
    try:
        return PeftModel.from_pretrained(base, job["adapter"], **options)
    except torch.OutOfMemoryError:
        raise
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise BadInput(f"field adapter: {job['adapter']} is not of {job['model']}: {error!r}") from error


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
