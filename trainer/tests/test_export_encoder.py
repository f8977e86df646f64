import io
import json

import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator
from ort_operations import ORT_OPERATIONS
from PIL import Image
from transformers import AutoProcessor, Qwen2_5_VLForConditionalGeneration

from dermflow_trainer.events import Events
from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference import export_encoder


def job(micro, output, side=84):
    common = {"threads": 1, "seed": 0, "precision": "fp32", "model": str(micro / "base")}
    return {**common, "output": str(output), "side": side}


def test_the_graph_equals_the_tower_behind_its_own_processor(micro, tmp_path):
    lines = io.StringIO()
    assert export_encoder.run(job(micro, tmp_path), Events(lines)) == {"encoder": str(tmp_path)}
    assert [json.loads(line)["event"] for line in lines.getvalue().splitlines()] == ["started", "progress"]

    settings = json.loads((tmp_path / "encoder.json").read_text())
    pictures = np.random.default_rng(1).integers(0, 256, (3, 84, 84, 3), dtype=np.uint8)
    normalised = (pictures / 255 - settings["mean"]) / settings["std"]
    pixels = normalised.transpose(0, 3, 1, 2).astype(np.float32)
    graph = ReferenceEvaluator(onnx.load(tmp_path / "encoder.onnx"), new_ops=ORT_OPERATIONS)
    (features,) = graph.run(None, {"pixel_values": pixels})

    images = AutoProcessor.from_pretrained(micro / "base").image_processor
    inputs = images(images=[Image.fromarray(picture) for picture in pictures], return_tensors="pt")
    base = Qwen2_5_VLForConditionalGeneration.from_pretrained(micro / "base", dtype=torch.float32).eval()
    with torch.no_grad():
        expected = base.model.visual(inputs["pixel_values"], grid_thw=inputs["image_grid_thw"]).pooler_output
    np.testing.assert_allclose(features.reshape(expected.shape), expected.numpy(), rtol=1e-3, atol=1e-4)


def test_a_side_that_patches_do_not_fill_is_refused(micro, tmp_path):
    with pytest.raises(BadInput, match="side: 85 is not a multiple of 28"):
        export_encoder.run(job(micro, tmp_path, side=85), Events(io.StringIO()))
