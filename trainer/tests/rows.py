"""Rows over the micro model's words and images of unequal sizes."""

import json

import numpy as np
from PIL import Image

SIZES = [(84, 140), (140, 84), (112, 112)]
COUNT = 8


def write(folder, sizes=SIZES):
    random = np.random.default_rng(0)
    (folder / "images").mkdir()
    for i in range(COUNT):
        height, width = sizes[i % len(sizes)]
        pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"images/{i}.png")
    for name, completion in (("sft", True), ("grpo", False)):
        with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row(i, completion)) + "\n" for i in range(COUNT))
    return folder


def row(i, completion):
    prompt = {"id": f"row-{i}", "images": [f"{i}.png"], "prompt": f"w{i} w{i + 1} w{i + 2}"}
    answer = " ".join(f"w{20 + (i * k) % 20}" for k in range(1, 3 + i))
    return {**prompt, "completion": f"<thinking> {answer} </thinking>"} if completion else prompt
