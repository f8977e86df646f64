"""Builds the tiny base model: a Qwen2.5-VL of about 1.2 million parameters, trained from scratch on the job's rows in
their order. Same classes and processor as the 7B model; only the sizes and the vocabulary differ."""

import json
import math
import os
from statistics import mean

import torch
from PIL import Image
from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

from dermflow_trainer.backbone.phrase_tokenizer import CHAT_TEMPLATE, SPECIAL, build_tokenizer
from dermflow_trainer.failures import BadInput, Diverged
from dermflow_trainer.rows import read_rows

WARMUP_STEPS = 100
REPORT_EVERY = 50
IMAGE = "<|image_pad|>"
PLACED = "<|placed|>"


def run(job, events):
    rows = read_rows(job["data"], completion=True)
    if len(rows) < job["steps"] * job["batchSize"]:
        raise BadInput(f"{job['data']['rows']}: {len(rows)} rows are too few for {job['steps']} steps")
    torch.set_num_threads(job["threads"])
    torch.manual_seed(job["seed"])
    processor = build_processor(job["lexicon"])
    model = Qwen2_5_VLForConditionalGeneration(build_config(processor.tokenizer))
    collate = Collate(processor)
    parameters = sum(p.numel() for p in model.parameters())
    events.started(step=0, max_steps=job["steps"], trainable_parameters=parameters)

    optimiser = torch.optim.AdamW(model.parameters(), lr=job["learningRate"], weight_decay=0.01, betas=(0.9, 0.98))
    model.train()
    losses, accuracies = [], []
    for step in range(1, job["steps"] + 1):
        batch = collate(rows[(step - 1) * job["batchSize"] : step * job["batchSize"]])
        rate = learning_rate(job, step - 1)
        for group in optimiser.param_groups:
            group["lr"] = rate
        output = model(**batch)
        if not output.loss.isfinite():
            raise Diverged(f"loss is {output.loss.item()} at step {step}; lower learningRate {job['learningRate']}")
        optimiser.zero_grad()
        output.loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(output.loss.item())
        accuracies.append(row_accuracy(output.logits, batch["labels"]))
        events.progress(step, job["steps"])
        if step % REPORT_EVERY == 0 or step == job["steps"]:
            values = {"loss": mean(losses), "token_accuracy": mean(accuracies), "learning_rate": rate}
            events.metrics(step, values)
            losses, accuracies = [], []

    save(model.eval(), processor, job["output"])
    return {"model": job["output"]}


def build_processor(lexicon):
    images = Qwen2VLImageProcessor(
        min_pixels=28 * 28, max_pixels=448 * 448, patch_size=14, temporal_patch_size=2, merge_size=2
    )
    return Qwen2_5_VLProcessor(
        image_processor=images,
        tokenizer=build_tokenizer(lexicon),
        video_processor=Qwen2VLVideoProcessor(),
        chat_template=CHAT_TEMPLATE,
    )


def build_config(tokenizer):
    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in SPECIAL}
    hidden = 128
    return Qwen2_5_VLConfig(
        text_config=dict(
            vocab_size=len(tokenizer),
            hidden_size=hidden,
            intermediate_size=3 * hidden,
            num_hidden_layers=3,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=1024,
            rope_parameters=dict(rope_type="default", mrope_section=[4, 6, 6], rope_theta=10000.0),
            bos_token_id=ids["<|endoftext|>"],
            eos_token_id=ids["<|im_end|>"],
            pad_token_id=ids["<|endoftext|>"],
            tie_word_embeddings=True,
        ),
        vision_config=dict(
            depth=3,
            hidden_size=96,
            intermediate_size=192,
            num_heads=4,
            out_hidden_size=hidden,
            patch_size=14,
            spatial_merge_size=2,
            temporal_patch_size=2,
            window_size=112,
            fullatt_block_indexes=[0, 2],
            in_channels=3,
        ),
        image_token_id=ids[IMAGE],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
    )


def learning_rate(job, step):
    """Linear warm-up, then cosine to 0."""
    return job["learningRate"] * min(1, step / WARMUP_STEPS) * (0.5 + 0.5 * math.cos(math.pi * step / job["steps"]))


def row_accuracy(logits, labels):
    """Share of a completion's tokens that the model would have chosen itself, averaged over the rows."""
    counted = labels[:, 1:] != -100
    right = (logits[:, :-1].argmax(-1) == labels[:, 1:]) & counted
    return (right.sum(1) / counted.sum(1)).mean().item()


class Collate:
    """Rows to a batch, padded on the right, the loss on completions alone."""

    def __init__(self, processor):
        self.processor = processor
        self.tokenizer = processor.tokenizer
        self.image_token = self.tokenizer.convert_tokens_to_ids(IMAGE)
        self.unknown = self.tokenizer.unk_token_id
        self.seen = {}

    def __call__(self, rows):
        images = [[self.pixels(path) for path in row["images"]] for row in rows]
        prompts = [self.encode_prompt(row, parts) for row, parts in zip(rows, images, strict=True)]
        completions = [self.encode(row, row["completion"] + "<|im_end|>") for row in rows]
        length = max(len(p) + len(c) for p, c in zip(prompts, completions, strict=True))
        ids = torch.full((len(rows), length), self.tokenizer.pad_token_id)
        labels = torch.full((len(rows), length), -100)
        mask = torch.zeros(len(rows), length, dtype=torch.long)
        for i, (prompt, completion) in enumerate(zip(prompts, completions, strict=True)):
            end = len(prompt) + len(completion)
            ids[i, :end] = torch.tensor(prompt + completion)
            mask[i, :end] = 1
            labels[i, len(prompt) : end] = torch.tensor(completion)
        return dict(
            input_ids=ids,
            attention_mask=mask,
            labels=labels,
            pixel_values=torch.cat([values for parts in images for values, _ in parts]),
            image_grid_thw=torch.cat([grid for parts in images for _, grid in parts]),
            mm_token_type_ids=(ids == self.image_token).long(),
        )

    def pixels(self, path):
        if path not in self.seen:
            inputs = self.processor.image_processor(Image.open(path).convert("RGB"), return_tensors="pt")
            self.seen[path] = (inputs["pixel_values"], inputs["image_grid_thw"])
        return self.seen[path]

    def encode_prompt(self, row, images):
        content = [{"type": "image"} for _ in images] + [{"type": "text", "text": row["prompt"]}]
        text = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
        )
        merge = self.processor.image_processor.merge_size**2
        for _, grid in images:
            text = text.replace(IMAGE, PLACED * (int(grid.prod()) // merge), 1)
        return self.encode(row, text.replace(PLACED, IMAGE))

    def encode(self, row, text):
        ids = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        if self.unknown in ids:
            words = self.tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str(text)
            strange = [word for word, _ in words if self.tokenizer.convert_tokens_to_ids(word) == self.unknown]
            raise BadInput(f"row {row['id']}: not in the lexicon: {', '.join(strange)}")
        return ids


def save(model, processor, output):
    os.makedirs(output, exist_ok=True)
    model.save_pretrained(output)
    processor.save_pretrained(output)
    processor.tokenizer.save_pretrained(output)
    # The processor may write its template into its configuration only; other readers look for the file.
    with open(os.path.join(output, "chat_template.jinja"), "w", encoding="utf-8") as file:
        file.write(CHAT_TEMPLATE)
    with open(os.path.join(output, "generation_config.json"), "w", encoding="utf-8") as file:
        ids = {name: processor.tokenizer.convert_tokens_to_ids(name) for name in ("<|im_end|>", "<|endoftext|>")}
        json.dump({"eos_token_id": ids["<|im_end|>"], "pad_token_id": ids["<|endoftext|>"]}, file, indent=2)
