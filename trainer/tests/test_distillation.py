"""Dual distillation by its numbers: one step's losses and gradients, recomputed from the settings and the base alone;
what is in the optimiser; that answers of what was trained need no teacher and are the same by the exported loader."""

import itertools
import json
import sys
from pathlib import Path

import instruments
import numpy as np
import pytest
import teacher_features
import torch
from comparing import adapter_of
from jobs import BRANCH, WEIGHTS, distill_job
from PIL import Image
from running import run, run_ranks
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy, interpolate
from transformers import AutoModelForImageTextToText, AutoProcessor

from dermflow_trainer.distillation import load_adapters
from dermflow_trainer.distillation.adapters import Adapters, attach, shape_of
from dermflow_trainer.inference.generate import generate, messages
from dermflow_trainer.rows import read_rows

# As published, and all switches on; some rows tell a tone.
CASES = {
    "two adapters": {},
    "with the branch": {"reads": "picture-and-text", "branch": BRANCH, "weights": {**WEIGHTS, "auxiliary": 0.3}},
}
TONES = {"row-0": 0, "row-3": 2, "row-4": 1}


@pytest.fixture(scope="module", params=CASES)
def case(request, micro, data, tmp_path_factory):
    """Settings, rows and features of a case, and adapters in which nothing is zero, as the trainer saved them."""
    folder = tmp_path_factory.mktemp("distillation")
    teacher_features.write(folder / "features", data)
    lines = [json.loads(line) for line in (data / "sft.jsonl").read_text().splitlines()]
    toned = [row | ({"skinTone": TONES[row["id"]]} if row["id"] in TONES else {}) for row in lines]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in toned))
    changes = {"data": {"rows": str(folder / "rows.jsonl")}, "distillation": CASES[request.param]}

    def job(name, **more):
        return distill_job(micro, data, folder / name, folder / "features", **changes, **more)

    short = {"maxSteps": 1, "stopAt": 1}
    assert run(job("fresh", plan=short), folder, name="fresh").code == 0
    spread(folder / "fresh/adapter", folder / "start")
    return folder, job, request.param


def spread(fresh, start):
    """The same adapters with weights of some size."""
    generator = torch.Generator().manual_seed(0)
    start.mkdir()
    (start / "adapter_config.json").write_bytes((fresh / "adapter_config.json").read_bytes())
    weights = adapter_of(fresh)
    for name, tensor in weights.items():
        if name not in ("vocabulary", "scale"):
            weights[name] = torch.randn(tensor.shape, generator=generator) * 0.3
    save_file(weights, start / "adapter_model.safetensors")


@pytest.fixture(scope="module")
def step(case):
    """One step of all eight rows in four passes: what was logged, and the gradient of each parameter."""
    folder, job, _ = case
    whole = {"batchSize": 8, "plan": {"maxSteps": 1, "stopAt": 1}, "optimiser": {"warmupRatio": 0}}
    result = run(
        job("step", adapter=str(folder / "start"), **whole),
        folder,
        name="step",
        instrument=instruments.record_distillation,
    )
    assert result.code == 0, result.stderr
    return result.values[1], torch.load(folder / "step/gradients.pt")


def test_the_losses_of_a_step_and_their_gradients_are_those_computed_here(case, step, micro):
    folder, job, name = case
    weights = {each: tensor for each, tensor in adapter_of(folder / "start").items()}
    trained = {each: tensor.requires_grad_() for each, tensor in weights.items() if each != "vocabulary"}
    parts = independently(job("unused"), weights, micro)
    logged, recorded = step
    assert {f"{each}_loss" for each in parts} == {each for each in logged if each.endswith("_loss")}
    for each, value in parts.items():
        assert logged[f"{each}_loss"] == pytest.approx(value.item(), rel=1e-5), each
    given = CASES[name].get("weights", WEIGHTS)
    total = sum(given[each] * value for each, value in parts.items())
    assert logged["loss"] == pytest.approx(total.item(), rel=1e-5)
    check_gradients(recorded["gradients"], total, trained)
    assert recorded["terms"].keys() == parts.keys()
    for each, value in parts.items():
        check_gradients(recorded["terms"][each], value, trained)


def check_gradients(recorded, loss, trained):
    own = torch.autograd.grad(loss, [*trained.values()], retain_graph=True, allow_unused=True)
    expected = {name: gradient for name, gradient in zip(trained, own, strict=True) if gradient is not None}
    assert recorded.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(
            recorded[name], gradient, rtol=1e-5, atol=1e-5, msg=lambda words, at=name: f"{at}: {words}"
        )


def independently(job, weights, micro):
    """The losses by name, row by row, in the words of the published formulas."""
    processor = AutoProcessor.from_pretrained(micro / "base")
    model = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32).eval()
    rows = read_rows(job["data"], completion=True)
    ends = processor.tokenizer.eos_token_id
    answers = [[*processor.tokenizer(row["completion"])["input_ids"], ends] for row in rows]
    allowed = torch.zeros(len(weights["vocabulary"]), dtype=torch.bool)
    allowed[sorted(set(itertools.chain(*answers)))] = True
    assert torch.equal(allowed, weights["vocabulary"])
    sums = {"sft": [], "distil": [], "auxiliary": [], "tone": []}
    for row in rows:
        hidden, tokens, inputs, start = states(model, processor, row)
        if job["distillation"]["branch"]:
            patches, logits, uneven = branch(weights, inputs["pixel_values"], job["distillation"]["branch"])
            seen = patches.reshape(-1, 4, patches.shape[-1]).mean(1)
            sums["auxiliary"].append(uneven)
            if row["id"] in TONES:
                sums["tone"].append(cross_entropy(logits[None], torch.tensor([TONES[row["id"]]])))
        else:
            with torch.no_grad():
                seen = model.model.visual(inputs["pixel_values"], grid_thw=inputs["image_grid_thw"]).pooler_output
        aligned = seen @ weights["head.weight"].T
        taught = resized(teacher_features.features(Path(row["images"][0])), inputs["image_grid_thw"][0] // 2)
        cosine = (aligned * taught).sum(-1) / (aligned.norm(dim=-1) * taught.norm(dim=-1))
        sums["distil"].append(10 * (1 - cosine).mean())
        within = weights["down.weight"] @ aligned.mean(0)
        if "down_text.weight" in weights:
            within = within + hidden @ weights["down_text.weight"].T
        bias = torch.tanh(within) @ weights["up.weight"].T @ model.lm_head.weight.T
        biased = hidden @ model.lm_head.weight.T + weights["scale"] * bias * allowed
        chances = biased[start - 1 : -1].log_softmax(-1)
        sums["sft"] += list(-chances.gather(1, tokens[start:, None])[:, 0])
    return {name: torch.stack(values).mean() for name, values in sums.items() if values}


def states(model, processor, row):
    """What the output layer reads at each token of a row, the tokens, the inputs, and where the completion begins."""
    prompt = processor.apply_chat_template(messages(row), tokenize=False, add_generation_prompt=True)
    image = Image.open(row["images"][0])
    inputs = processor(text=[prompt + row["completion"] + "<|im_end|>"], images=[[image]], return_tensors="pt")
    start = processor(text=[prompt], images=[[image]], return_tensors="pt")["input_ids"].shape[1]
    with torch.no_grad():
        return model.model(**inputs).last_hidden_state[0], inputs["input_ids"][0], inputs, start


def resized(taught, grid):
    square = torch.from_numpy(taught).T.reshape(1, -1, teacher_features.SIDE, teacher_features.SIDE)
    return interpolate(square, grid[1:].tolist(), mode="bilinear", antialias=True)[0].flatten(1).T


def branch(weights, pixels, settings):
    """Patch by patch and expert by expert."""
    features = pixels @ weights["branch.enter.weight"].T
    inner = torch.relu(weights["branch.tone.0.weight"] @ features.mean(0) + weights["branch.tone.0.bias"])
    logits = weights["branch.tone.2.weight"] @ inner + weights["branch.tone.2.bias"]
    uneven = torch.zeros(())
    for layer in range(settings["layers"]):
        of = {key.split(".", 3)[3]: each for key, each in weights.items() if key.startswith(f"branch.layers.{layer}.")}
        chances = (features @ of["picture.weight"].T + of["tone.weight"] @ logits.softmax(-1)).softmax(-1)
        after, chosen = [], torch.zeros_like(chances)
        for at, patch in enumerate(features):
            best = sorted(range(settings["experts"]), key=lambda e: -chances[at, e].item())[: settings["active"]]
            whole = sum(chances[at, e] for e in best) + 1e-6
            added = 0
            for e in best:
                chosen[at, e] = 1
                inner = torch.relu(patch @ of["down"][e] + of["down_bias"][e])
                added = added + chances[at, e] / whole * (inner @ of["up"][e] + of["up_bias"][e])
            after.append(patch + added)
        uneven = uneven + settings["experts"] * (chances.mean(0) * chosen.mean(0)).sum()
        features = torch.stack(after)
    return features, logits, uneven


def test_every_parameter_is_in_the_optimiser_before_the_first_step(case, step):
    folder, _, _ = case
    names = set(adapter_of(folder / "start")) - {"vocabulary"}
    assert step[1]["optimised"] == names
    assert all(gradient.abs().sum() > 0 for gradient in step[1]["gradients"].values())


def test_fresh_adapters_leave_the_answers_of_the_base_and_training_changes_every_parameter(case):
    folder, job, _ = case
    assert (
        run(job("longer", plan={"maxSteps": 4, "stopAt": 4}, optimiser={"warmupRatio": 0}), folder, name="longer").code
        == 0
    )
    fresh, after = adapter_of(folder / "fresh/adapter"), adapter_of(folder / "longer/adapter")
    # Of the first step the rate is 0: what was saved after it is what it began with.
    assert torch.count_nonzero(fresh["up.weight"]) == 0
    assert [name for name in after if torch.equal(fresh[name], after[name])] == ["vocabulary"]


def test_answers_need_no_teacher_and_are_the_exported_loaders(case, micro, data, tmp_path, monkeypatch):
    folder, job, name = case
    adapters = folder / "start"
    common = {each: job("unused")[each] for each in ("schema", "seed", "threads", "precision", "model")}
    rows = {"rows": str(data / "grpo.jsonl"), "images": str(data / "images")}
    wanted = {"job": "generate", "data": rows, "batchSize": 3, "maxNewTokens": 12}
    texts = {}
    for which, adapter in (("base", None), ("adapters", str(adapters))):
        output = tmp_path / which
        assert run({**common, **wanted, "adapter": adapter, "output": str(output)}, tmp_path, name=which).code == 0
        texts[which] = [json.loads(line)["tokens"] for line in (output / "generated.jsonl").read_text().splitlines()]
    assert texts["adapters"] != texts["base"]
    if name == "with the branch":
        monkeypatch.syspath_prepend(Path(load_adapters.__file__).parent)
    model = load_adapters.load(str(micro / "base"), str(adapters))
    processor = AutoProcessor.from_pretrained(micro / "base", padding_side="left")
    batch = read_rows(rows, completion=False)
    loaded = [
        tokens
        for start in range(0, len(batch), 3)
        for tokens in generate(model, processor, batch[start : start + 3], {"maxNewTokens": 12}, "cpu")
    ]
    assert loaded == texts["adapters"]
    sys.modules.pop("branch", None)


@pytest.mark.parametrize("reads", ["picture", "picture-and-text"])
def test_what_is_of_a_picture_is_computed_once_for_an_answer(micro, data, reads, monkeypatch):
    base = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32).eval()
    settings = {"width": 6, "rank": 4, "reads": reads, "biasScale": 1.5, "branch": None}
    model = attach(base, Adapters(settings, shape_of(base)))
    processor = AutoProcessor.from_pretrained(micro / "base", padding_side="left")
    rows = read_rows({"rows": str(data / "grpo.jsonl"), "images": str(data / "images")}, completion=False)[:3]
    called = []
    for name in ("head", "down", "up"):
        layer = getattr(model.adapters, name)
        layer.register_forward_hook(lambda *_, at=name: called.append(at))
    tokens = generate(model, processor, rows, {"maxNewTokens": 12}, "cpu")
    steps = max(len(ids) for ids in tokens)
    assert steps > 3
    assert called.count("head") == len(rows)
    assert called.count("down") == 1
    assert (called.count("up") == 1) == (reads == "picture")
    # Of other pictures it is computed again.
    generate(model, processor, rows[1:], {"maxNewTokens": 2}, "cpu")
    assert called.count("head") == 2 * len(rows) - 1


def test_the_loader_is_short():
    lines = Path(load_adapters.__file__).read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 30


def nothing(numbers):
    return np.where(np.arange(len(numbers))[:, None, None] == 1, 0, numbers)


def nan(numbers):
    return np.where(np.arange(len(numbers))[:, None, None] == 1, np.nan, numbers)


@pytest.mark.parametrize(
    ("written", "changes", "message"),
    [
        ({"left_out": ["3.png", "6.png"]}, {}, "has no features of 2 of 8 pictures, e.g. "),
        ({"change": nothing}, {}, "has patches without a direction (0 or NaN)"),
        ({"change": nan}, {}, "has patches without a direction (0 or NaN)"),
        ({"change": lambda numbers: numbers[:-1]}, {}, "ends too early"),
        ({"width": 5}, {}, "has features of shape [9, 5]; distillation.width asks for [6]"),
        ({"patches": 8}, {}, "has features of shape [8, 6]"),
        (None, {}, "field features: missing, while distillation.weights.distil is above 0"),
        ("/nowhere", {}, "field features: there is no folder /nowhere"),
        ({}, {"distillation": {"branch": BRANCH}}, "no row has skinTone"),
    ],
)
def test_what_the_teacher_did_not_see_ends_the_job_before_it_trains(micro, data, tmp_path, written, changes, message):
    features = (
        written if not isinstance(written, dict) else teacher_features.write(tmp_path / "features", data, **written)
    )
    result = run(distill_job(micro, data, tmp_path / "out", features, **changes), tmp_path)
    assert (result.code, [event["event"] for event in result.events]) == (1, ["failed"])
    assert result.failure[0] == "bad-input"
    assert message in result.failure[1]


def test_a_teacher_without_patches_teaches_the_mean_and_none_at_all_is_a_weight_of_zero(micro, data, tmp_path):
    pooled = teacher_features.write(tmp_path / "features", data, patches=None)
    for name, features, distil in (("pooled", pooled, 0.1), ("none", None, 0)):
        weights = {"weights": {**WEIGHTS, "distil": distil}}
        plan = {"maxSteps": 1, "stopAt": 1}
        job = distill_job(micro, data, tmp_path / name, features, distillation=weights, plan=plan)
        result = run(job, tmp_path, name=name)
        assert result.code == 0, result.stderr
        assert ("distil_loss" in result.values[1]) == (name == "pooled")


@pytest.mark.parametrize("kind", ["export-onnx", "merge"])
def test_what_has_no_such_adapters_says_so(micro, data, tmp_path, case, kind):
    folder, job, _ = case
    common = {each: job("unused")[each] for each in ("schema", "seed", "threads", "precision", "model")}
    more = {"imageSizes": [[84, 140]]} if kind == "export-onnx" else {}
    wanted = {**common, **more, "job": kind, "adapter": str(folder / "start"), "output": str(tmp_path / "out")}
    assert "of a distillation" in run(wanted, tmp_path).failure[1]


def test_two_processes_take_the_step_of_one(micro, data, tmp_path):
    """Each loss is a mean over all tokens, or pictures, of the step, which the processes hold unequal numbers of."""
    features = teacher_features.write(tmp_path / "features", data)
    told = []
    for ranks in (1, 2):
        plan = {"maxSteps": 2, "stopAt": 2}
        settings = {"batchSize": 6, "perDeviceBatchSize": 1, "plan": plan, "optimiser": {"warmupRatio": 0}}
        job = distill_job(micro, data, tmp_path / f"of-{ranks}", features, **settings)
        results = run_ranks(job, tmp_path, ranks) if ranks > 1 else [run(job, tmp_path)]
        assert [result.code for result in results] == [0] * ranks, results[-1].stderr
        told.append((results[0].values, adapter_of(tmp_path / f"of-{ranks}/adapter")))
    (one, alone), (two, together) = told
    for name in ("loss", "sft_loss", "distil_loss", "grad_norm", "token_accuracy"):
        assert two[1][name] == pytest.approx(one[1][name], rel=1e-4), name
    for name, tensor in alone.items():
        if name != "vocabulary":
            torch.testing.assert_close(together[name], tensor, rtol=1e-3, atol=1e-4)
