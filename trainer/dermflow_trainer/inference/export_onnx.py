"""Exports a checkpoint of the one architecture that has an ONNX form here, in float32, its LoRA adapter unmerged.

    onnx/vision_encoder_<height>x<width>.onnx   vision_graph.py; they share one file of weights
    onnx/decoder.onnx                           decoder_graph.py
    config.json, generation_config.json, preprocessor_config.json, tokenizer.json, chat_template.jinja

The graphs are written node by node in the operations that ONNX Runtime is fastest at. A trace of the model's own code
has the norms and rotations in pieces, a convolution for each patch, keys and values repeated for each head, and a cache
that is copied for every token.
"""

import hashlib
import json
from pathlib import Path

import onnx
import torch
from onnx.external_data_helper import set_external_data
from peft import PeftModel
from peft.tuners import lora
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers import AutoModelForImageTextToText

from dermflow_trainer.backbone import MODEL_TYPE
from dermflow_trainer.distillation.adapters import is_distilled
from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference.decoder_graph import build_decoder
from dermflow_trainer.inference.graph import size_of
from dermflow_trainer.inference.vision_graph import build_vision
from dermflow_trainer.model import load_processor, start_of, unspeakable_tokens, with_adapter

VISION_WEIGHTS = "vision_encoder.onnx_data"
# Smaller tensors stay in the graph, where shape inference can read them.
EXTERNAL_FROM_BYTES = 1024
# A protobuf file ends at 2 GiB; larger decoders get a file of weights beside the graph.
INLINE_UP_TO_BYTES = 1 << 30


def run(job, events):
    """Export as one `export-onnx` job; a step is one graph."""
    torch.set_num_threads(job["threads"])
    model, processor = load_model(job), load_processor(job)
    output = Path(job["output"])
    graphs = output / "onnx"
    graphs.mkdir(parents=True, exist_ok=True)
    sizes = sorted({tuple(size) for size in job["imageSizes"]})
    steps = len(sizes) + 1
    events.started(step=0, max_steps=steps, trainable_parameters=0)

    save_configuration(model, processor, output)
    shared = WeightFile(graphs / VISION_WEIGHTS)
    for step, (height, width) in enumerate(sizes, start=1):
        vision = build_vision(model, processor.image_processor, height, width)
        shared.move(vision.graph)
        onnx.save_model(vision, graphs / f"vision_encoder_{height}x{width}.onnx")
        events.progress(step, steps)
    save(build_decoder(model), graphs / "decoder.onnx")
    events.progress(steps, steps)
    return {"onnx": str(output)}


def load_model(job):
    """With the adapter beside the weights, where training puts it. Layers of another form are merged."""
    name, revision = start_of(job)
    model = AutoModelForImageTextToText.from_pretrained(name, **revision, dtype=torch.float32)
    if model.config.model_type != MODEL_TYPE:
        kind = f"is of type {model.config.model_type}, and only {MODEL_TYPE} has an ONNX export here"
        raise BadInput(f"model: {job['model']} {kind}; evaluate with runtime: transformers")
    if is_distilled(job["adapter"]):
        raise BadInput(
            "field adapter: the adapters of a distillation have no ONNX export; evaluate with runtime: transformers"
        )
    model = with_adapter(model, job)
    model = model.get_base_model() if isinstance(model, PeftModel) else model
    model = model.eval().requires_grad_(False)
    for name, layer in model.named_modules():
        if isinstance(layer, BaseTunerLayer) and not is_plain(name, layer):
            layer.merge()
    return model


def is_plain(name, layer):
    """A linear layer's A and B without more, in a place where the graphs have the layer whole."""
    if not isinstance(layer, lora.Linear) or layer.lora_variant or name.endswith(".attn.qkv"):
        return False
    return all(part.bias is None for part in layer.lora_B.values())


def save_configuration(model, processor, output):
    """What a reader of the graphs needs. `generation_config.json` holds the settings of the `generate` job."""
    processor.save_pretrained(output)
    processor.image_processor.save_pretrained(output)
    model.config.save_pretrained(output)
    tokenizer = processor.tokenizer
    generation = {
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "suppress_tokens": sorted(unspeakable_tokens(tokenizer)),
    }
    (output / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n", encoding="utf-8")


class WeightFile:
    """Tensors of several graphs in one file, equal ones once."""

    def __init__(self, path):
        self.path = path
        self.offsets = {}
        path.write_bytes(b"")

    def move(self, graph):
        with self.path.open("ab") as file:
            for tensor in graph.initializer:
                data = tensor.raw_data
                if len(data) < EXTERNAL_FROM_BYTES:
                    continue
                digest = hashlib.sha256(data).digest()
                if digest not in self.offsets:
                    self.offsets[digest] = file.tell()
                    file.write(data)
                set_external_data(tensor, self.path.name, self.offsets[digest], len(data))
                tensor.ClearField("raw_data")


def save(model, path):
    beside = size_of(model) > INLINE_UP_TO_BYTES
    onnx.save_model(model, path, save_as_external_data=beside, location=f"{path.name}_data" if beside else None)
