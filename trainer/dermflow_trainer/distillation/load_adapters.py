"""Adapters of a distillation by Dermflow, in plain Transformers: `model = load("owner/base", "folder of adapters")`."""

import json

import torch
from safetensors.torch import load_file
from transformers import AutoModelForImageTextToText


def load(base, folder, **options):
    model, seen, branch = AutoModelForImageTextToText.from_pretrained(base, **options).eval(), {}, None
    with open(f"{folder}/adapter_config.json", encoding="utf-8") as file:
        config = json.load(file)
    w, square = load_file(f"{folder}/adapter_model.safetensors", str(model.device)), config["shape"]["merge"] ** 2
    if config["settings"]["branch"]:
        from branch import stored  # a file beside this one

        branch = stored(config, w)

    def layer(x, name):
        return x @ w[f"{name}.weight"].T if f"{name}.weight" in w else x

    def look(tower, inputs, keywords, answer):
        counts = keywords["grid_thw"].prod(-1)
        tokens = answer.pooler_output.float().split((counts // square).tolist())
        if branch:
            tokens = [branch(x)[0].unflatten(0, (-1, square)).mean(1) for x in inputs[0].float().split(counts.tolist())]
        seen["pictures"] = torch.stack([layer(x, "head").mean(0) for x in tokens])

    def bias(output, inputs, logits):
        pictures = seen["pictures"].repeat_interleave(len(logits) // len(seen["pictures"]), 0)[:, None]
        text = layer(inputs[0].float(), "down_text") if "down_text.weight" in w else 0
        moved = layer((layer(pictures, "down") + text).tanh(), "up").to(output.weight.dtype)
        return (logits.float() + w["scale"] * w["vocabulary"] * (moved @ output.weight.T).float()).to(logits.dtype)

    model.model.visual.register_forward_hook(look, with_kwargs=True)
    model.get_output_embeddings().register_forward_hook(bias)
    return model
