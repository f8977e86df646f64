"""Base model, adapter and processor of a job."""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForImageTextToText, AutoProcessor, set_seed

# The released code's choice: every linear layer of the language model and of the vision-to-text merger.
LORA_TARGETS = (
    r".*language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)|.*visual\.merger\.mlp\.(0|2)"
)
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def prepare_torch(job):
    """Threads, seeds and determinism: on a CPU with one thread equal jobs give equal bytes."""
    torch.set_num_threads(job["threads"])
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
    set_seed(job["seed"])


def load_base(job):
    return AutoModelForImageTextToText.from_pretrained(
        job["model"], dtype=DTYPES[job["precision"]], attn_implementation="sdpa"
    )


def load_processor(job):
    return AutoProcessor.from_pretrained(job["model"], padding_side="left")


def load_policy(job):
    """The base with a trainable adapter named `default`: the job's, continued, or a fresh one."""
    base = load_base(job)
    if job["adapter"] is not None:
        return PeftModel.from_pretrained(base, job["adapter"], is_trainable=True)
    lora = job["lora"]
    config = LoraConfig(
        r=lora["rank"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=LORA_TARGETS,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(base, config)


def unspeakable_tokens(tokenizer):
    """Special tokens other than the end of the turn. One sampled image token and the next forward pass fails."""
    return [token for token in tokenizer.all_special_ids if token != tokenizer.eos_token_id] + [
        token
        for token, added in tokenizer.added_tokens_decoder.items()
        if added.special and token not in tokenizer.all_special_ids
    ]
