"""`python row_lengths.py MODEL IMAGES ROWS.jsonl…`: tokens of each row as the trainer's processor makes them, one JSON
line per row: `rows` (its file), `image` (in the prompt, too), `prompt` and `completion` (with the end of its turn)."""

import json
import os
import sys

from PIL import Image
from transformers import AutoProcessor


def count(processor, images, rows):
    tokenizer = processor.tokenizer
    image_token = tokenizer.convert_tokens_to_ids("<|image_pad|>")
    with open(rows, encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            content = [{"type": "image"} for _ in row["images"]] + [{"type": "text", "text": row["prompt"]}]
            text = processor.apply_chat_template(
                [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
            )
            pictures = [Image.open(os.path.join(images, name)).convert("RGB") for name in row["images"]]
            (ids,) = processor(text=[text], images=pictures)["input_ids"]
            turn = tokenizer(row["completion"] + "<|im_end|>\n")["input_ids"] if "completion" in row else []
            yield {"rows": os.path.basename(rows), "image": list(ids).count(image_token), "prompt": len(ids), "completion": len(turn)}


if __name__ == "__main__":
    model, folder, *files = sys.argv[1:]
    loaded = AutoProcessor.from_pretrained(model)
    for file in files:
        for counted in count(loaded, folder, file):
            print(json.dumps(counted))
