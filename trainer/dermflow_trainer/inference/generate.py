"""Generation, adapter unmerged: how a fresh checkpoint is evaluated without another server."""

import json
import os

import torch
from PIL import Image

from dermflow_trainer.inference.sampling import OwnSeeds
from dermflow_trainer.model import (
    check_image_sizes,
    load_base,
    load_processor,
    prepare_torch,
    unspeakable_tokens,
    with_adapter,
)
from dermflow_trainer.rows import read_rows


def run(job, events):
    rows = read_rows(job["data"], completion=False)
    prepare_torch(job)
    processor = load_processor(job)
    check_image_sizes(rows, processor)
    model = with_adapter(load_base(job), job)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = model.to(device).eval()
    events.started(step=0, max_steps=len(rows), trainable_parameters=0)
    os.makedirs(job["output"], exist_ok=True)
    path = os.path.join(job["output"], "generated.jsonl")
    with open(path, "w", encoding="utf-8") as lines:
        for start in range(0, len(rows), job["batchSize"]):
            batch = rows[start : start + job["batchSize"]]
            for row, tokens in zip(batch, generate(model, processor, batch, job, device), strict=True):
                text = processor.tokenizer.decode(tokens, skip_special_tokens=True)
                lines.write(json.dumps({"id": row["id"], "text": text, "tokens": tokens}) + "\n")
            lines.flush()  # what is reported as done can be read
            events.progress(start + len(batch), len(rows))
    return {"generated": path}


def generate(model, processor, rows, job, device):
    """Token ids of each row's answer, without the end of the turn and padding."""
    prompts = [processor.apply_chat_template(messages(row), tokenize=False, add_generation_prompt=True) for row in rows]
    images = [[Image.open(path).convert("RGB") for path in row["images"]] for row in rows]
    inputs = processor(text=prompts, images=images, padding=True, return_tensors="pt", add_special_tokens=False)
    tokenizer = processor.tokenizer
    temperature = job.get("temperature", 0)
    seeds = [row.get("seed", 0) for row in rows]
    with torch.inference_mode():
        output = model.generate(
            **inputs.to(device),
            do_sample=False,
            num_beams=1,
            repetition_penalty=1.0,
            max_new_tokens=job["maxNewTokens"],
            logits_processor=[OwnSeeds(seeds, temperature)] if temperature > 0 else [],
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            suppress_tokens=unspeakable_tokens(tokenizer),
        )
    return [until_end(ids, tokenizer) for ids in output[:, inputs["input_ids"].shape[1] :].tolist()]


def messages(row):
    content = [{"type": "image"} for _ in row["images"]] + [{"type": "text", "text": row["prompt"]}]
    turns = [{"role": "system", "content": [{"type": "text", "text": row["system"]}]}] if "system" in row else []
    return [*turns, {"role": "user", "content": content}]


def until_end(ids, tokenizer):
    return ids[: ids.index(tokenizer.eos_token_id)] if tokenizer.eos_token_id in ids else ids
