"""`python count_tokens.py MODEL ROWS.jsonl IMAGES`: tokens of each row as the trainer's processor makes them, one JSON
line a row: `image` (in the prompt, too), `prompt` and `completion` (with the end of its turn)."""

import json
import os
import sys

from PIL import Image
from transformers import AutoProcessor


def count(model, rows, images):
    processor = AutoProcessor.from_pretrained(model)
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
            yield {"image": list(ids).count(image_token), "prompt": len(ids), "completion": len(turn)}


if __name__ == "__main__":
    for counted in count(*sys.argv[1:]):
        print(json.dumps(counted))
