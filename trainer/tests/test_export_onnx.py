import io
import json

import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator
from peft import PeftModel
from transformers import Qwen2_5_VLForConditionalGeneration

from dermflow_trainer.events import Events
from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference import export_onnx

SIZES = [[84, 140], [140, 84], [112, 112]]


def job(micro, output, **changes):
    common = {"threads": 1, "model": str(micro / "base"), "adapter": str(micro / "adapter"), "precision": "fp32"}
    return {**common, "output": str(output), "imageSizes": SIZES, **changes}


@pytest.fixture(scope="module")
def exported(micro, tmp_path_factory):
    output = tmp_path_factory.mktemp("exported")
    lines = io.StringIO()
    outputs = export_onnx.run(job(micro, output), Events(lines))
    assert outputs == {"onnx": str(output)}
    events = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [event["event"] for event in events] == ["started"] + ["progress"] * 5
    assert events[-1]["step"] == events[-1]["maxSteps"] == 5
    return output


@pytest.fixture(scope="module")
def policy(micro):
    base = Qwen2_5_VLForConditionalGeneration.from_pretrained(micro / "base", dtype=torch.float32)
    return PeftModel.from_pretrained(base, micro / "adapter").get_base_model().eval()


def evaluate(path, inputs):
    return ReferenceEvaluator(onnx.load(path)).run(None, {name: value.numpy() for name, value in inputs.items()})


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_vision_graphs_equal_the_tower_with_its_adapter(exported, policy, height, width):
    grid = [1, height // 14, width // 14]
    patches = torch.randn(grid[1] * grid[2], 3 * 2 * 14 * 14, generator=torch.Generator().manual_seed(1))
    (features,) = evaluate(exported / f"onnx/vision_encoder_{height}x{width}.onnx", {"pixel_values": patches})
    with torch.no_grad():
        expected = policy.model.visual(patches, grid_thw=torch.tensor([grid])).pooler_output
    np.testing.assert_allclose(features, expected.numpy(), rtol=1e-3, atol=1e-4)


def test_decoder_continues_a_left_padded_batch_from_its_cache(exported, policy):
    generator = torch.Generator().manual_seed(2)
    text = policy.config.text_config
    tokens = torch.randint(8, text.vocab_size, (2, 7), generator=generator)
    mask = torch.tensor([[1] * 7, [0] * 3 + [1] * 4])
    positions = (mask.cumsum(-1) - 1).clamp(min=0).expand(3, -1, -1)
    with torch.no_grad():
        embeddings = policy.get_input_embeddings()(tokens)
        expected = policy(inputs_embeds=embeddings, attention_mask=mask, position_ids=positions).logits[:, -1]

    path = exported / "onnx/decoder_model_merged.onnx"
    inputs = [value.name for value in onnx.load(path).graph.input if value.name.startswith("past")]
    cache = [torch.zeros(2, text.num_key_value_heads, 0, text.hidden_size // text.num_attention_heads)] * len(inputs)
    for start, end in ((0, 5), (5, 6), (6, 7)):
        step = {
            "inputs_embeds": embeddings[:, start:end],
            "attention_mask": mask[:, :end],
            "position_ids": positions[:, :, start:end].contiguous(),
        }
        logits, *present = evaluate(path, {**step, **dict(zip(inputs, cache, strict=True))})
        cache = [torch.from_numpy(tensor) for tensor in present]
    np.testing.assert_allclose(logits[:, 0], expected.numpy(), rtol=1e-3, atol=1e-3)


def test_vision_graphs_share_one_file_of_weights(exported):
    graphs = sorted((exported / "onnx").glob("vision_encoder_*.onnx"))
    shared = (exported / "onnx" / export_onnx.VISION_WEIGHTS).stat().st_size
    one = sum(len(tensor.raw_data) for tensor in onnx.load(graphs[0]).graph.initializer)
    assert len(graphs) == 3
    assert shared < 1.1 * one
    assert all(graph.stat().st_size < shared / 2 for graph in graphs)


def test_generation_settings_are_those_of_the_generate_job(exported):
    generation = json.loads((exported / "generation_config.json").read_text())
    tokens = json.loads((exported / "tokenizer.json").read_text())["added_tokens"]
    ids = {token["content"]: token["id"] for token in tokens}
    assert generation["eos_token_id"] == ids["<|im_end|>"]
    assert ids["<|image_pad|>"] in generation["suppress_tokens"]
    assert ids["<|im_end|>"] not in generation["suppress_tokens"]


def test_the_same_job_gives_the_same_bytes(micro, exported, tmp_path):
    export_onnx.run(job(micro, tmp_path), Events(io.StringIO()))
    files = [path.relative_to(exported) for path in sorted(exported.rglob("*")) if path.is_file()]
    assert [path for path in files if (exported / path).read_bytes() != (tmp_path / path).read_bytes()] == []


def test_a_large_decoder_has_its_weights_beside_it(exported, tmp_path, monkeypatch):
    monkeypatch.setattr(export_onnx, "INLINE_UP_TO_BYTES", 1000)
    graph = onnx.load(exported / "onnx/decoder_model_merged.onnx")
    export_onnx.save(graph, tmp_path / "decoder_model_merged.onnx")
    assert (tmp_path / "decoder_model_merged.onnx_data").stat().st_size > 10 * (
        tmp_path / "decoder_model_merged.onnx"
    ).stat().st_size
    assert len(onnx.load(tmp_path / "decoder_model_merged.onnx").graph.initializer) > 0


def test_sizes_that_the_processor_would_change_are_refused(micro, tmp_path):
    with pytest.raises(BadInput, match="85x84 is not a multiple of 28"):
        export_onnx.run(job(micro, tmp_path, imageSizes=[[85, 84]]), Events(io.StringIO()))
