import io
import json

import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator
from ort_operations import ORT_OPERATIONS
from peft import LoraConfig, PeftModel, get_peft_model
from PIL import Image
from transformers import Qwen2_5_VLForConditionalGeneration

from dermflow_trainer.events import Events
from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference import export_onnx
from dermflow_trainer.model import load_processor

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
    assert [event["event"] for event in events] == ["started"] + ["progress"] * 4
    assert events[-1]["step"] == events[-1]["maxSteps"] == 4
    return output


@pytest.fixture(scope="module")
def policy(micro):
    base = Qwen2_5_VLForConditionalGeneration.from_pretrained(micro / "base", dtype=torch.float32)
    return PeftModel.from_pretrained(base, micro / "adapter").get_base_model().eval()


def evaluate(path, inputs):
    session = ReferenceEvaluator(onnx.load(path), new_ops=ORT_OPERATIONS)
    return session.run(None, {name: np.asarray(value) for name, value in inputs.items()})


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_vision_graphs_equal_processor_and_tower_with_its_adapter(micro, exported, policy, height, width):
    pixels = np.random.default_rng(1).integers(0, 256, (2, height, width, 3), dtype=np.uint8)
    (features,) = evaluate(exported / f"onnx/vision_encoder_{height}x{width}.onnx", {"pixels": pixels})
    images = load_processor({"model": str(micro / "base")}).image_processor
    processed = images([Image.fromarray(picture) for picture in pixels], return_tensors="pt")
    with torch.no_grad():
        expected = policy.model.visual(processed["pixel_values"], grid_thw=processed["image_grid_thw"]).pooler_output
    np.testing.assert_allclose(features.reshape(expected.shape), expected.numpy(), rtol=1e-3, atol=2e-4)


def test_decoder_goes_on_from_keys_and_values_of_rows_of_any_length(exported, policy):
    generator = torch.Generator().manual_seed(2)
    text = policy.config.text_config
    lengths = [7, 4]
    tokens = [torch.randint(8, text.vocab_size, (length,), generator=generator) for length in lengths]
    positions = [torch.arange(length).expand(3, -1) * torch.tensor([[1], [2], [3]]) for length in lengths]
    picture = torch.randn(2, text.hidden_size, generator=generator)

    def whole(row):
        embeddings = policy.get_input_embeddings()(tokens[row])[None].clone()
        embeddings[0, 1] = picture[row]
        return policy(inputs_embeds=embeddings, position_ids=positions[row][:, None]).logits[0, -1]

    with torch.no_grad():
        expected = torch.stack([whole(row) for row in range(2)])

    path = exported / "onnx/decoder.onnx"
    graph = onnx.load(path).graph
    names = [value.name.removeprefix("past.") for value in graph.input if value.name.startswith("past.")]
    heads, width = text.num_key_value_heads, text.hidden_size // text.num_attention_heads
    # Places behind a row's own tokens hold anything.
    past = {name: np.full((2, heads, 0, width), 7, np.float32) for name in names}
    done = [0, 0]
    for end in (4, 5, 7):  # a chunk, which is padded, then single tokens and two at once
        parts = [slice(done[row], min(end, lengths[row])) for row in range(2)]
        counts = [max(0, part.stop - part.start) for part in parts]
        if end > 4:
            counts[1] = counts[1] or 1  # the row that is done goes on with its last token
            parts[1] = slice(lengths[1] - 1, lengths[1])
        before = [parts[row].start for row in range(2)]
        length = max(counts)
        ids, places = np.zeros((2, length), np.int64), np.zeros((3, 2, length), np.int64)
        for row in range(2):
            ids[row, : counts[row]] = tokens[row][parts[row]]
            places[:, row, : counts[row]] = positions[row][:, parts[row]]
        first = end == 4
        step = {
            "input_ids": ids,
            "image_features": picture if first else np.zeros((0, text.hidden_size), np.float32),
            "image_places": np.array([[1], [length + 1]]) if first else np.zeros((0, 1), np.int64),
            "position_ids": places,
            "last": np.array([counts[0] - 1, length + counts[1] - 1]),
            "past_lengths": np.array(before),
            **{f"past.{name}": value for name, value in past.items()},
        }
        *added, logits = evaluate(path, {key: np.asarray(value) for key, value in step.items()})
        for name, value in zip(names, added, strict=True):
            room = np.full((2, heads, end + 2, width), 7, np.float32)
            room[:, :, : past[name].shape[2]] = past[name][:, :, : end + 2]
            for row in range(2):
                room[row, :, before[row] : before[row] + counts[row]] = value[row, :, : counts[row]]
            past[name] = room
        done = [end, min(end, lengths[1])]
    np.testing.assert_allclose(logits, expected.numpy(), rtol=1e-3, atol=1e-3)


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
    graph = onnx.load(exported / "onnx/decoder.onnx")
    export_onnx.save(graph, tmp_path / "decoder.onnx")
    assert (tmp_path / "decoder.onnx_data").stat().st_size > 10 * (tmp_path / "decoder.onnx").stat().st_size
    assert len(onnx.load(tmp_path / "decoder.onnx").graph.initializer) > 0


def test_sizes_that_the_processor_would_change_are_refused(micro, tmp_path):
    with pytest.raises(BadInput, match="85x84 is not a multiple of 28"):
        export_onnx.run(job(micro, tmp_path, imageSizes=[[85, 84]]), Events(io.StringIO()))


def test_adapters_of_any_form_and_place_are_in_the_graphs(micro, tmp_path):
    base = Qwen2_5_VLForConditionalGeneration.from_pretrained(micro / "base", dtype=torch.float32)
    targets = r".*visual.*\.(qkv|proj|gate_proj)|.*language_model.*\.(q_proj|down_proj|embed_tokens)"
    torch.manual_seed(3)
    policy = get_peft_model(base, LoraConfig(r=4, target_modules=targets, use_dora=False))
    for name, parameter in policy.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    policy.save_pretrained(tmp_path / "adapter")
    export_onnx.run(job(micro, tmp_path / "out", adapter=str(tmp_path / "adapter")), Events(io.StringIO()))
    pixels = np.random.default_rng(1).integers(0, 256, (1, 84, 140, 3), dtype=np.uint8)
    (features,) = evaluate(tmp_path / "out/onnx/vision_encoder_84x140.onnx", {"pixels": pixels})
    images = load_processor({"model": str(micro / "base")}).image_processor
    processed = images([Image.fromarray(pixels[0])], return_tensors="pt")
    visual = policy.get_base_model().eval().model.visual
    with torch.no_grad():
        expected = visual(processed["pixel_values"], grid_thw=processed["image_grid_thw"]).pooler_output
    np.testing.assert_allclose(features[0], expected.numpy(), rtol=1e-3, atol=2e-4)
