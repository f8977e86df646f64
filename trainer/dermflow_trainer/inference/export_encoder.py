"""Exports the vision tower of a Qwen2.5-VL model as an encoder of pictures.

    encoder.onnx   pixel_values [1, 3, side, side], normalised -> image_features [1, tokens, hidden]
    encoder.json   how pixels are normalised, and that each token is a patch

The grid is a constant of the graph, so all pictures have one size. The features are those that the language model sees.
"""

import json
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from torch import nn

from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference.export_onnx import load_model
from dermflow_trainer.model import load_processor

OPSET = 18


def run(job, events):
    """Export as one `export-encoder` job of a single step."""
    torch.set_num_threads(job["threads"])
    events.started(step=0, max_steps=1, trainable_parameters=0)
    encoder = ImageEncoder(load_model({**job, "adapter": None}), job["side"])
    output = Path(job["output"])
    output.mkdir(parents=True, exist_ok=True)
    onnx.save_model(trace(encoder, job["side"]), output / "encoder.onnx")
    images = load_processor(job).image_processor
    settings = {
        "side": job["side"],
        "mean": list(images.image_mean),
        "std": list(images.image_std),
        "pooling": "mean",
        "prefixTokens": 0,
        "output": None,
    }
    (output / "encoder.json").write_text(json.dumps(settings) + "\n", encoding="utf-8")
    events.progress(1, 1)
    return {"encoder": str(output)}


def trace(encoder, side):
    # In a folder of its own: beyond 2 GiB the exporter puts each weight in a file beside the graph.
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            encoder.eval(),
            (torch.zeros(1, 3, side, side),),
            path,
            input_names=["pixel_values"],
            output_names=["image_features"],
            opset_version=OPSET,
            dynamo=False,
        )
        return onnx.load(path)


class ImageEncoder(nn.Module):
    """Cuts a picture into patches in the order of the model's own processor, and gives them to the tower."""

    def __init__(self, model, side):
        super().__init__()
        vision = model.config.vision_config
        self.patch, self.merge = vision.patch_size, vision.spatial_merge_size
        self.copies = vision.temporal_patch_size
        unit = self.patch * self.merge
        if side % unit:
            raise BadInput(f"side: {side} is not a multiple of {unit} pixels")
        self.visual = model.model.visual
        self.blocks = side // unit
        self.grid = torch.tensor([[1, side // self.patch, side // self.patch]])

    def forward(self, pixels):
        p, m, n = self.patch, self.merge, self.blocks
        blocks = pixels.reshape(3, n, m, p, n, m, p).permute(1, 4, 2, 5, 0, 3, 6)
        # A still image is repeated over the temporal patch.
        patches = torch.stack([blocks] * self.copies, dim=5).reshape((n * m) ** 2, 3 * self.copies * p * p)
        return self.visual(patches, grid_thw=self.grid).pooler_output[None]
