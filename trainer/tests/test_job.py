"""Jobs that cannot be right end before a library is loaded, with one line that names file, field and what is wrong."""

import json
from functools import partial

import pytest
from jobs import distill_job, grpo_job, sft_job, soreb_job
from PIL import Image
from running import run

from dermflow_trainer.failures import BadInput
from dermflow_trainer.job import load_job

GONE = object()
JOBS = {
    "sft": sft_job,
    "grpo": partial(grpo_job, reward_socket="socket"),
    "distill": partial(distill_job, features=None),
    "soreb": partial(soreb_job, reward_socket="socket"),
}


@pytest.mark.parametrize(
    ("which", "path", "value", "message"),
    [
        (
            "sft",
            "job",
            "rlhf",
            "field job: expected one of sft, grpo, distill, soreb, generate, export-onnx, merge, export-encoder, "
            "build-backbone",
        ),
        ("sft", "job", GONE, "field job: expected one of sft"),
        ("sft", "schema", 2, "field schema: must be same as const definition: 1, got 2"),
        ("sft", "seed", -1, "field seed: must be bigger than or equal to 0, got -1"),
        ("sft", "threads", 1.5, "field threads: must be integer, got 1.5"),
        ("sft", "threads", True, "field threads: must be integer, got true"),
        ("sft", "precision", "fp16", "field precision: must be one of ['fp32', 'bf16'], got \"fp16\""),
        ("sft", "model", None, "field model: must be string, got null"),
        ("sft", "model", "/nowhere/base", "field model: there is no folder /nowhere/base"),
        ("sft", "adapter", "/nowhere/adapter", "field adapter: there is no folder /nowhere/adapter"),
        ("sft", "resume", "/nowhere/checkpoint-3", "field resume: there is no folder /nowhere/checkpoint-3"),
        ("sft", "resume", 3, "field resume: must be string or null, got 3"),
        ("sft", "lora", None, "field full: missing"),
        ("sft", "lora.rank", 0, "field lora.rank: must be bigger than 0, got 0"),
        ("sft", "lora.dropout", 1.1, "field lora.dropout: must be smaller than or equal to 1, got 1.1"),
        ("sft", "lora.bias", "none", "field lora.bias: unknown"),
        ("sft", "plan.stopAt", 7, "field plan.stopAt: 7 is beyond maxSteps 6"),
        ("sft", "plan.saveEvery", 0, "field plan.saveEvery: must be bigger than 0, got 0"),
        ("sft", "optimiser.learningRate", 0, "field optimiser.learningRate: must be bigger than 0, got 0"),
        ("sft", "optimiser.weightDecay", GONE, "field optimiser.weightDecay: missing"),
        ("sft", "gradientCheckpointing", 1, "field gradientCheckpointing: must be boolean, got 1"),
        ("sft", "data.rows", "/nowhere.jsonl", "field data.rows: there is no file /nowhere.jsonl"),
        ("sft", "validation.images", "/nowhere", "field validation.images: there is no folder /nowhere"),
        ("sft", "perDeviceBatchSize", 3, "3 on 1 devices does not divide the 4 sequences of a step"),
        ("sft", "epochs", 4, "field epochs: unknown"),
        ("sft", "attention", "flash", "field attention: must be one of ['sdpa', "),
        (
            "sft",
            "tracking",
            ["comet"],
            "field tracking.0: must be one of ['tensorboard', ",
        ),
        ("sft", "tracking", ["mlflow"], "field tracking: mlflow is not installed; run "),
        (
            "grpo",
            "rollouts.engine",
            "vllm-server",
            "field rollouts.server: vllm-server needs its address; set DERMFLOW",
        ),
        ("grpo", "rollouts.engine", "vllm-colocated", "-m pip install vllm"),
        ("grpo", "rollouts.engine", "sglang", "field rollouts.engine: must be one of ['transformers', "),
        ("grpo", "rollouts.memoryShare", 2, "field rollouts.memoryShare: must be smaller than or equal to 1, got 2"),
        ("grpo", "generations", 1, "field generations: must be bigger than or equal to 2, got 1"),
        ("grpo", "temperature", 0, "field temperature: must be bigger than 0, got 0"),
        ("grpo", "beta", "0.04", 'field beta: must be number, got "0.04"'),
        ("grpo", "rewardNames", [], "field rewardNames: must contain at least 1 items, got []"),
        ("grpo", "rewardSocket", GONE, "field rewardSocket: missing"),
        ("grpo", "perDeviceBatchSize", 3, "3 on 1 devices does not divide the 4 sequences of a step"),
        ("distill", "lora", {"rank": 4}, "field lora: unknown"),
        ("distill", "features", GONE, "field features: missing"),
        ("distill", "distillation.reads", "text", "field distillation.reads: must be one of ['picture', "),
        (
            "distill",
            "distillation.weights.distil",
            -1,
            "field distillation.weights.distil: must be bigger than or equal",
        ),
        ("distill", "perDeviceBatchSize", 3, "3 on 1 devices does not divide the 4 sequences of a step"),
        ("soreb", "baselineDecay", 1.5, "field baselineDecay: must be smaller than or equal to 1, got 1.5"),
        ("soreb", "beta", 0.04, "field beta: unknown"),
        ("soreb", "perDeviceBatchSize", 3, "3 on 1 devices does not divide the 4 sequences of a step"),
    ],
)
def test_a_bad_field(micro, data, tmp_path, which, path, value, message):
    job = JOBS[which](micro, data, tmp_path)
    *parents, name = path.split(".")
    at = job
    for parent in parents:
        at = at[parent]
    if value is GONE:
        del at[name]
    else:
        at[name] = value
    assert message in refusal(tmp_path, json.dumps(job))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        ("[]", "field job"),
        ("null", "field job"),
        ('{"job": []}', "field job"),
        ('{"job": "sft", "seed": NaN}', "NaN is not JSON"),
    ],
)
def test_what_is_no_job(tmp_path, text, message):
    assert message in refusal(tmp_path, text)


def refusal(folder, text):
    (folder / "job.json").write_text(text)
    with pytest.raises(BadInput) as caught:
        load_job(str(folder / "job.json"))
    message = str(caught.value)
    assert message.startswith(f"{folder}/job.json: ")
    assert "\n" not in message
    return message


def test_a_good_job_is_accepted(micro, data, tmp_path):
    job = grpo_job(micro, data, tmp_path, "socket", beta=0, lora={"alpha": 8.5, "dropout": 1})
    (tmp_path / "job.json").write_text(json.dumps(job))
    assert load_job(str(tmp_path / "job.json")) == job


def test_whole_numbers_are_integers_however_they_are_written(micro, data, tmp_path):
    (tmp_path / "job.json").write_text(json.dumps(sft_job(micro, data, tmp_path, threads=1.0, seed=7.0)))
    job = load_job(str(tmp_path / "job.json"))
    assert [type(job[name]) for name in ("threads", "seed")] == [int, int]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "a"}', "line 2: field images: missing"),
        ('{"id": "a", "images": ["0.png"], "prompt": "w1"}', "line 2: field completion: missing"),
        (
            '{"id": "a", "images": ["0.png"], "prompt": "w1", "completion": 7}',
            "field completion: must be string, got 7",
        ),
        (
            '{"id": "a", "images": [], "prompt": "w1", "completion": "w2"}',
            "line 2: field images: must contain at least 1 items",
        ),
        ('{"id": "a", "images": ["9.png"], "prompt": "w1", "completion": "w2"}', "there is no image"),
        ('{"id": "a", "images": ["odd.png"], "prompt": "w1", "completion": "w2"}', "odd.png is 85x84: the model takes"),
        ("nonsense", "line 2: Expecting value"),
    ],
)
def test_a_bad_row_ends_the_job_with_one_line(micro, data, tmp_path, line, message):
    (tmp_path / "images").mkdir()
    for name, size in (("0.png", (84, 84)), ("odd.png", (85, 84))):
        Image.new("RGB", size).save(tmp_path / f"images/{name}")
    good = '{"id": "b", "images": ["0.png"], "prompt": "w1", "completion": "w2"}'
    (tmp_path / "rows.jsonl").write_text(f"{good}\n{line}\n")
    rows = {"rows": str(tmp_path / "rows.jsonl"), "images": str(tmp_path / "images")}
    result = run(sft_job(micro, data, tmp_path / "out", data=rows, validation=None), tmp_path)
    assert (result.code, len(result.events)) == (1, 1)
    kind, text = result.failure
    assert kind == "bad-input"
    assert message in text
    assert not (tmp_path / "out").exists()


def test_a_resume_folder_without_a_state_is_refused(micro, data, tmp_path):
    result = run(sft_job(micro, data, tmp_path / "out", resume=str(micro)), tmp_path)
    assert (result.code, result.failure[0]) == (1, "bad-input")
    assert "trainer_state.json" in result.failure[1]
    assert "choose a complete checkpoint" in result.failure[1]
