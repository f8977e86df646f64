"""Log-probs of sampled completions, one sequence at a time with the image of its row: the trainer's batches, padding
and images play no part."""

import torch
from PIL import Image

from dermflow_trainer.inference.generate import messages
from dermflow_trainer.rows import read_rows


def inputs_by_prompt(data, processor):
    """Encoded prompt and image of each row, by the prompt's tokens."""
    rows = read_rows({"rows": data / "grpo.jsonl", "images": str(data / "images")}, completion=False)
    inputs = {}
    for row in rows:
        prompt = processor.apply_chat_template(messages(row), tokenize=False, add_generation_prompt=True)
        image = Image.open(row["images"][0])
        encoded = processor(text=[prompt], images=[[image]], return_tensors="pt")
        inputs[tuple(encoded["input_ids"][0].tolist())] = encoded
    assert len(inputs) == len(rows)
    return inputs


def prompt_of(entry, i):
    """The key of a recorded pass's sequence in `inputs_by_prompt`."""
    return tuple(entry["prompt_ids"][i][entry["prompt_mask"][i] == 1].tolist())


def log_probs(model, inputs, entry, i):
    """Log probabilities of the tokens of a recorded pass's completion, after the prompt in `inputs`."""
    completion = entry["completion_ids"][i][entry["completion_mask"][i] == 1][None]
    length = inputs["input_ids"].shape[1]
    whole = dict(inputs)
    whole["input_ids"] = torch.cat([whole["input_ids"], completion], 1)
    whole["attention_mask"] = torch.ones_like(whole["input_ids"])
    for kinds in ("mm_token_type_ids", "token_type_ids"):
        if kinds in whole:
            whole[kinds] = torch.cat([whole[kinds], torch.zeros_like(completion)], 1)
    logits = model.eval()(**whole).logits[0, length - 1 : -1].log_softmax(-1)
    return logits.gather(1, completion[0, :, None])[:, 0]
