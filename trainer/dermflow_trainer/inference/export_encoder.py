"""Exports the vision tower of a Qwen2.5-VL model as an encoder of pictures.

    encoder.onnx   pixel_values [n, 3, side, side], normalised -> image_features [n, tokens, hidden]
    encoder.json   how pixels are normalised, and that each token is a patch

The grid is a constant of the graph, so all pictures have one size. The features are those that the language model sees.
"""

import json
from pathlib import Path

import onnx
import torch

from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference.export_onnx import load_model
from dermflow_trainer.inference.vision_graph import build_encoder
from dermflow_trainer.model import load_processor


def run(job, events):
    """Export as one `export-encoder` job of a single step."""
    torch.set_num_threads(job["threads"])
    events.started(step=0, max_steps=1, trainable_parameters=0)
    model, side = load_model({**job, "adapter": None}), job["side"]
    unit = model.config.vision_config.patch_size * model.config.vision_config.spatial_merge_size
    if side % unit:
        raise BadInput(f"side: {side} is not a multiple of {unit} pixels")
    output = Path(job["output"])
    output.mkdir(parents=True, exist_ok=True)
    onnx.save_model(build_encoder(model, side), output / "encoder.onnx")
    images = load_processor(job).image_processor
    settings = {
        "side": side,
        "mean": list(images.image_mean),
        "std": list(images.image_std),
        "pooling": "mean",
        "prefixTokens": 0,
        "output": None,
    }
    (output / "encoder.json").write_text(json.dumps(settings) + "\n", encoding="utf-8")
    events.progress(1, 1)
    return {"encoder": str(output)}
