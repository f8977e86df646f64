"""What is trained: adapters on chosen parts, a base in four bits as it would be loaded, whole parts of a model; and a
model of its own out of base and adapter."""

import io
import json

import numpy as np
import onnx
import pytest
import torch
from comparing import adapter_of, digest, state_digests, weights_of
from jobs import grpo_job, sft_job, training
from onnx.reference import ReferenceEvaluator
from ort_operations import ORT_OPERATIONS
from peft import LoraConfig, PeftModel, get_peft_model
from PIL import Image
from reward_server import serve_rewards
from running import run
from sequences import inputs_by_prompt
from transformers import AutoModelForImageTextToText, AutoProcessor
from transformers.quantizers.quantizers_utils import should_convert_module

from dermflow_trainer.base_model.layers import linear_layers, pattern_of
from dermflow_trainer.events import Events
from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference import export_onnx
from dermflow_trainer.job import load_job
from dermflow_trainer.model import load_processor
from dermflow_trainer.tuning.adaptation import part_of, quantisation_arguments

ONE_STEP = {"maxSteps": 1, "stopAt": 1, "saveEvery": 1, "stay": False}
PLAN = {"maxSteps": 4, "stopAt": 4, "saveEvery": 2, "stay": False}
PARTS = ["language", "merger"]


@pytest.mark.parametrize(
    ("targets", "parts"),
    [
        (None, {"language", "merger"}),
        (["vision"], {"vision"}),
        (["vision", "merger", "language"], {"language", "merger", "vision"}),
        (r".*layers\.1\.self_attn\.(q_proj|v_proj)", {"language"}),
    ],
)
def test_an_adapter_is_put_where_the_job_says(targets, parts, micro, data, tmp_path):
    lora = {"rank": 4, "alpha": 8, "dropout": 0} | ({"targets": targets} if targets else {})
    job = sft_job(micro, data, tmp_path / "out", adapter=None, lora=lora, plan=ONE_STEP, validation=None)
    job["optimiser"]["warmupRatio"] = 0
    result = run(job, tmp_path)
    assert result.code == 0, result.stderr
    trained = adapter_of(tmp_path / "out/adapter")
    assert {part_of(name) for name in trained} == parts
    assert all(tensor.any() for name, tensor in trained.items() if "lora_B" in name)
    if isinstance(targets, str):
        assert len(trained) == 4


def test_a_pattern_that_no_layer_matches_is_told(micro, data, tmp_path):
    lora = {"rank": 4, "alpha": 8, "dropout": 0, "targets": "nothing"}
    result = run(sft_job(micro, data, tmp_path / "out", adapter=None, lora=lora, validation=None), tmp_path)
    assert (result.code, result.failure[0]) == (1, "bad-input")
    assert "field lora.targets" in result.failure[1]


def test_the_released_targets_are_as_they_were():
    assert pattern_of() == (
        r".*language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)|.*visual\.merger\.mlp\.(0|2)"
    )


def test_four_bits_are_of_the_language_model_alone(micro):
    """By the names of the model as it is loaded, and Transformers' own way to compare them."""
    model = AutoModelForImageTextToText.from_pretrained(micro / "base")
    skipped = quantisation_arguments({"quantise": "nf4"})["quantization_config"]["llm_int8_skip_modules"]
    linear = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    converted = {name for name in linear if should_convert_module(name, skipped)}
    assert converted == set(linear_layers(model)["language"])
    assert {"lm_head", "model.visual.blocks.0.attn.qkv", "model.visual.merger.mlp.0"} <= set(linear) - converted


def test_a_base_in_four_bits_is_loaded_so(micro, data, tmp_path):
    """As it is given to `from_pretrained`; nothing here can run it."""
    assert quantisation_arguments({"rank": 4}) == {}
    assert quantisation_arguments({"quantise": "nf4"}) == {
        "quantization_config": {
            "quant_method": "bitsandbytes",
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": True,
            "bnb_4bit_compute_dtype": "bfloat16",
            "llm_int8_skip_modules": [r"(?!.*\blanguage_model\.).+"],
        }
    }
    from transformers import BitsAndBytesConfig

    config = dict(quantisation_arguments({"quantise": "nf4"})["quantization_config"])
    config.pop("quant_method")
    held = BitsAndBytesConfig(**config).to_dict()
    assert {name: held[name] for name in config} == config
    lora = {"rank": 4, "alpha": 8, "dropout": 0, "quantise": "nf4"}
    (tmp_path / "job.json").write_text(json.dumps(sft_job(micro, data, tmp_path / "out", lora=lora)))
    with pytest.raises(BadInput, match=r"field lora.quantise: .*(NVIDIA GPU|bitsandbytes is not installed)"):
        load_job(str(tmp_path / "job.json"))


@pytest.fixture(scope="module")
def rewards():
    with serve_rewards() as server:
        yield server.server_address


def whole(name, micro, data, output, rewards, **changes):
    changes = {"lora": None, "full": PARTS, "adapter": None, "plan": PLAN, **changes}
    if name == "grpo":
        return grpo_job(micro, data, output, rewards, **changes)
    return sft_job(micro, data, output, validation=None, **changes)


@pytest.fixture(scope="module")
def tuned(micro, data, rewards, tmp_path_factory):
    """SFT of whole parts, undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    result = run(whole("sft", micro, data, folder / "out", rewards), folder)
    assert result.code == 0, result.stderr
    return folder / "out", result


def test_whole_parts_are_trained_and_no_others(micro, tuned):
    output, result = tuned
    before, after = weights_of(micro / "base"), weights_of(output / "checkpoint-4")
    assert before.keys() == after.keys()
    moved = {part_of(name) for name in before if not torch.equal(before[name], after[name])}
    kept = {part_of(name) for name in before if torch.equal(before[name], after[name])}
    assert moved == {"language", "merger"}
    assert kept >= {"vision"} and "merger" not in kept
    assert result.of("finished")[0]["outputs"]["adapter"] == str(output / "checkpoint-4")
    counted = sum(tensor.numel() for name, tensor in before.items() if part_of(name) != "vision")
    assert result.of("started")[0]["trainableParameters"] == counted


@pytest.mark.parametrize("name", ["sft", "grpo"])
def test_whole_parts_stopped_and_resumed_equal_straight(name, micro, data, rewards, tuned, tmp_path):
    begun = {"adapter": str(tuned[0] / "checkpoint-4")} if name == "grpo" else {}
    if name == "grpo":
        straight = run(whole(name, micro, data, tmp_path / "straight", rewards, **begun), tmp_path)
        output = tmp_path / "straight"
        # The reference is the model that GRPO began with.
        assert straight.values[1]["kl"] == pytest.approx(0, abs=1e-6)
        assert straight.values[4]["kl"] > 1e-6
    else:
        output, straight = tuned
    again = whole(name, micro, data, tmp_path / "again", rewards, resume=str(output / "checkpoint-2"), **begun)
    resumed = run(again, tmp_path)
    assert resumed.code == 0, resumed.stderr
    assert {step: resumed.values[step] for step in (3, 4)} == {step: straight.values[step] for step in (3, 4)}
    ends = [folder / "checkpoint-4" for folder in (output, tmp_path / "again")]
    assert digest(weights_of(ends[0])) == digest(weights_of(ends[1]))
    assert state_digests(ends[0]) == state_digests(ends[1])


def test_a_whole_model_answers_as_plain_transformers(micro, data, tuned, tmp_path):
    job = training(micro, data, tmp_path / "out", "grpo")
    fields = ("schema", "seed", "threads", "precision", "model", "output", "data")
    job = {name: job[name] for name in fields} | {"job": "generate", "batchSize": 4, "maxNewTokens": 6}
    texts = {}
    for which, adapter in (("base", None), ("tuned", str(tuned[0] / "checkpoint-4"))):
        result = run({**job, "adapter": adapter, "output": str(tmp_path / which)}, tmp_path)
        assert result.code == 0, result.stderr
        texts[which] = (tmp_path / which / "generated.jsonl").read_text()
    assert texts["base"] != texts["tuned"]
    AutoModelForImageTextToText.from_pretrained(tuned[0] / "checkpoint-4")
    AutoProcessor.from_pretrained(tuned[0] / "checkpoint-4")


def test_what_is_exported_to_onnx_is_the_whole_model(micro, tuned):
    checkpoint = str(tuned[0] / "checkpoint-4")
    exported = export_onnx.load_model({"model": str(micro / "base"), "adapter": checkpoint}).state_dict()
    plain = AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=torch.float32).state_dict()
    assert digest(exported) == digest(plain)


def test_an_adapter_on_the_vision_tower_is_in_its_graph(micro, tmp_path):
    base = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32)
    policy = get_peft_model(base, LoraConfig(r=4, target_modules=pattern_of(["vision"]), init_lora_weights=False))
    policy.save_pretrained(tmp_path / "adapter")
    job = {"threads": 1, "model": str(micro / "base"), "adapter": str(tmp_path / "adapter"), "precision": "fp32"}
    export_onnx.run({**job, "output": str(tmp_path / "out"), "imageSizes": [[84, 140]]}, Events(io.StringIO()))
    pixels = np.random.default_rng(1).integers(0, 256, (1, 84, 140, 3), dtype=np.uint8)
    graph = onnx.load(tmp_path / "out/onnx/vision_encoder_84x140.onnx")
    (features,) = ReferenceEvaluator(graph, new_ops=ORT_OPERATIONS).run(None, {"pixels": pixels})
    images = load_processor(job).image_processor
    processed = images([Image.fromarray(pixels[0])], return_tensors="pt")
    patches, grid = processed["pixel_values"], processed["image_grid_thw"]
    visual = policy.get_base_model().eval().model.visual
    with torch.no_grad():
        expected = visual(patches, grid_thw=grid).pooler_output.numpy()
        with policy.disable_adapter():
            without = visual(patches, grid_thw=grid).pooler_output.numpy()
    features = features.reshape(expected.shape)
    np.testing.assert_allclose(features, expected, rtol=1e-3, atol=2e-4)
    assert not np.allclose(features, without, atol=1e-2)


def test_a_merged_model_answers_as_base_and_adapter(micro, data, tmp_path):
    job = {"schema": 1, "job": "merge", "seed": 7, "threads": 1, "precision": "fp32", "model": str(micro / "base")}
    result = run({**job, "adapter": str(micro / "adapter"), "output": str(tmp_path / "merged")}, tmp_path)
    assert result.code == 0, result.stderr
    base = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32)
    processor = AutoProcessor.from_pretrained(tmp_path / "merged")
    inputs = list(inputs_by_prompt(data, processor).values())[:2]
    plain = AutoModelForImageTextToText.from_pretrained(tmp_path / "merged", dtype=torch.float32).eval()
    with torch.no_grad():
        alone = [base.eval()(**each).logits for each in inputs]
        both = PeftModel.from_pretrained(base, micro / "adapter").eval()
        for without, each in zip(alone, inputs, strict=True):
            expected, found = both(**each).logits, plain(**each).logits
            assert torch.allclose(expected, found, atol=1e-4, rtol=1e-4)
            assert not torch.allclose(without, found, atol=1e-2)
    assert not (tmp_path / "merged/adapter_config.json").exists()
