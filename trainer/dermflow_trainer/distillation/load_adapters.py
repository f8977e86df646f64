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
    head, down, up, text = (w.get(f"{name}.weight") for name in ("head", "down", "up", "down_text"))
    if config["settings"]["branch"]:
        from branch import stored  # a file beside this one

        branch = stored(config, w)

    def look(tower, inputs, keywords, answer):
        counts = keywords["grid_thw"].prod(-1)
        raw, tokens = inputs[0].float().split(counts.tolist()), answer.pooler_output.float()
        tokens = map(branch, raw) if branch else tokens.split((counts // square).tolist())
        seen["down"] = torch.stack([(x if head is None else x @ head.T).mean(0) for x in tokens])[:, None] @ down.T
        seen["bias"] = bias(seen["down"], model.get_output_embeddings().weight)

    def bias(x, words):
        return w["scale"] * w["vocabulary"] * ((x.tanh() @ up.T).to(words.dtype) @ words.T).float()

    def add(output, inputs, logits):
        own = {name: x.repeat_interleave(len(logits) // len(x), 0) for name, x in seen.items()}
        read = own["bias"] if text is None else bias(own["down"] + inputs[0].float() @ text.T, output.weight)
        return (logits.float() + read).to(logits.dtype)

    model.model.visual.register_forward_hook(look, with_kwargs=True)
    model.get_output_embeddings().register_forward_hook(add)
    return model
