"""`python long_rows.py MODEL FOLDER SIDE PROMPT COMPLETION`: rows of exactly so many tokens, over square pictures of
noise. PROMPT counts the picture, COMPLETION the end of its turn."""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from transformers import AutoProcessor

ROWS, PICTURES = 64, 16
END = "<|im_end|>\n"


def write(processor, folder, side, prompt_tokens, completion_tokens):
    random = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    for i in range(PICTURES):
        Image.fromarray(random.integers(0, 256, (side, side, 3), dtype=np.uint8)).save(folder / f"images/{i}.png")
    picture = Image.open(folder / "images/0.png")

    def prompt_length(text):
        content = [{"type": "image"}, {"type": "text", "text": text}]
        chat = processor.apply_chat_template(
            [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
        )
        return len(processor(text=[chat], images=[[picture]])["input_ids"][0])

    prompt = words(prompt_tokens, prompt_length)
    answer = words(completion_tokens, lambda text: len(processor.tokenizer(text + END)["input_ids"]))
    for name, completion in (("sft", {"completion": answer}), ("grpo", {})):
        rows = [
            {"id": f"row-{i}", "images": [f"{i % PICTURES}.png"], "prompt": prompt, **completion} for i in range(ROWS)
        ]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def words(target, length_of):
    """As many words of one token each as make up the length."""
    count = target - length_of("the") + 1
    text = " ".join(["the"] * count)
    if length_of(text) != target:
        raise SystemExit(f"{count} words make {length_of(text)} tokens in place of {target}")
    return text


if __name__ == "__main__":
    write(AutoProcessor.from_pretrained(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
