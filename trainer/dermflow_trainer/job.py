"""Reads a job (`trainerJobSchema` in domain/trainer.ts). The sender has validated it; here a mismatch of the two
sides' versions, a missing file or a hand-written job gets one clear line before any large library is imported."""

import importlib.util
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from dermflow_trainer.failures import BadInput


@dataclass(frozen=True)
class Kind:
    """What a field's value must be, in words and as a test."""

    words: str
    holds: Callable[[object], bool]


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value):
    return is_int(value) or isinstance(value, float)


def one_of(*values):
    return Kind(f"one of {', '.join(map(str, values))}", lambda value: value in values)


def many_of(*values):
    words = f"a list out of {', '.join(values)}"
    return Kind(words, lambda value: isinstance(value, list) and all(item in values for item in value))


def nullable(kind):
    return kind, None


def list_of(kind):
    return Kind(
        f"a list of at least one, each {kind.words}",
        lambda value: isinstance(value, list) and len(value) > 0 and all(map(kind.holds, value)),
    )


NATURAL = Kind("an integer of 0 or more", lambda value: is_int(value) and value >= 0)
COUNT = Kind("an integer above 0", lambda value: is_int(value) and value > 0)
PLURAL = Kind("an integer of 2 or more", lambda value: is_int(value) and value >= 2)
POSITIVE = Kind("a number above 0", lambda value: is_number(value) and value > 0)
WEIGHT = Kind("a number of 0 or more", lambda value: is_number(value) and value >= 0)
SHARE = Kind("a number from 0 to 1", lambda value: is_number(value) and 0 <= value <= 1)
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
TEXT = Kind("a text", lambda value: isinstance(value, str))
SIZE = Kind(
    "[height, width]", lambda value: isinstance(value, list) and len(value) == 2 and all(map(COUNT.holds, value))
)
NULL = Kind("null", lambda value: value is None)

ROWS = {"rows": TEXT, "images": TEXT}
COMMON = {
    "schema": one_of(1),
    "job": TEXT,
    "seed": NATURAL,
    "threads": COUNT,
    "precision": one_of("fp32", "bf16"),
    "model": TEXT,
    "output": TEXT,
}
TRAINING = COMMON | {
    "adapter": nullable(TEXT),
    "lora": {"rank": COUNT, "alpha": POSITIVE, "dropout": SHARE},
    "resume": nullable(TEXT),
    "data": ROWS,
    "plan": {"maxSteps": COUNT, "stopAt": COUNT, "saveEvery": COUNT},
    "optimiser": {"learningRate": POSITIVE, "warmupRatio": SHARE, "weightDecay": WEIGHT, "maxGradNorm": POSITIVE},
    "gradientCheckpointing": FLAG,
    "attention": one_of("sdpa", "flash_attention_2", "eager"),
    "tracking": many_of("tensorboard", "wandb", "mlflow"),
}
ROLLOUTS = {
    "engine": one_of("transformers", "vllm-colocated", "vllm-server"),
    "server": nullable(TEXT),
    "memoryShare": SHARE,
}
JOBS = {
    "sft": TRAINING | {"validation": nullable(ROWS), "batchSize": COUNT, "perDeviceBatchSize": COUNT},
    "grpo": TRAINING
    | {"promptsPerStep": COUNT, "generations": PLURAL, "perDeviceBatchSize": COUNT}
    | {"temperature": POSITIVE, "beta": WEIGHT, "epsilon": POSITIVE, "maxCompletionLength": COUNT}
    | {"klGradient": one_of("k3", "importance-corrected")}
    | {"rollouts": ROLLOUTS, "rewardSocket": TEXT, "rewardNames": list_of(TEXT)},
    "generate": COMMON | {"adapter": nullable(TEXT), "data": ROWS, "batchSize": COUNT, "maxNewTokens": COUNT},
    "export-onnx": COMMON | {"adapter": nullable(TEXT), "imageSizes": list_of(SIZE)},
    "build-backbone": COMMON
    | {"model": NULL, "lexicon": list_of(TEXT), "data": ROWS}
    | {"steps": COUNT, "batchSize": COUNT, "learningRate": POSITIVE},
}


def load_job(path):
    """The validated job, a dictionary of the shape of its kind in `JOBS`. Throws `BadInput`."""
    try:
        with open(path, encoding="utf-8") as file:
            job = json.load(file)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error
    if not isinstance(job, dict) or job.get("job") not in JOBS:
        raise BadInput(f"{path}: field job: expected one of {', '.join(JOBS)}")
    for problem in mismatches(job, JOBS[job["job"]], ""):
        raise BadInput(f"{path}: {problem}")
    for problem in (*missing_paths(job), *missing_software(job), *uneven_batches(job)):
        raise BadInput(f"{path}: {problem}")
    return job


def mismatches(value, expected, field):
    if isinstance(expected, tuple):
        expected = None if value is None else expected[0]
    if isinstance(expected, Kind):
        if not expected.holds(value):
            yield f"field {field}: expected {expected.words}, got {json.dumps(value)[:80]}"
    elif expected is not None and not isinstance(value, dict):
        yield f"field {field}: expected an object"
    elif expected is not None:
        inside = f"{field}." if field else ""
        for name in sorted(value.keys() ^ expected.keys()):
            yield f"field {inside}{name}: {'unknown' if name in value else 'missing'}"
        for name in expected:
            yield from mismatches(value[name], expected[name], f"{inside}{name}")


def missing_paths(job):
    for field in ("data", "validation"):
        rows = job.get(field)
        if rows and not os.path.isfile(rows["rows"]):
            yield f"field {field}.rows: there is no file {rows['rows']}"
        if rows and not os.path.isdir(rows["images"]):
            yield f"field {field}.images: there is no folder {rows['images']}"
    for field in ("adapter", "resume"):
        if job.get(field) and not os.path.isdir(job[field]):
            yield f"field {field}: there is no folder {job[field]}"
    if job["model"] and os.path.isabs(job["model"]) and not os.path.isdir(job["model"]):
        yield f"field model: there is no folder {job['model']}"


def missing_software(job):
    """What a job may ask for and the locked environment does not hold."""
    if job["job"] == "grpo" and job["rollouts"]["engine"] == "vllm-server" and job["rollouts"]["server"] is None:
        yield "field rollouts.server: vllm-server needs its address; set DERMFLOW_VLLM_SERVER"
    wanted = [("tracking", name) for name in job.get("tracking", [])]
    if job.get("attention") == "flash_attention_2":
        wanted.append(("attention", "flash_attn"))
    if job["job"] == "grpo" and job["rollouts"]["engine"] != "transformers":
        wanted.append(("rollouts.engine", "vllm"))
    for field, package in wanted:
        if importlib.util.find_spec(package) is None:
            name = package.replace("_", "-")
            yield f"field {field}: {name} is not installed; run {sys.executable} -m pip install {name}"


def uneven_batches(job):
    if "plan" not in job:
        return
    if job["plan"]["stopAt"] > job["plan"]["maxSteps"]:
        yield f"field plan.stopAt: {job['plan']['stopAt']} is beyond maxSteps {job['plan']['maxSteps']}"
    at_once = job["perDeviceBatchSize"] * world_size()
    if step_size(job) % at_once:
        yield (
            f"field perDeviceBatchSize: {job['perDeviceBatchSize']} on {world_size()} devices does not divide "
            f"the {step_size(job)} sequences of a step"
        )


def step_size(job):
    """Sequences of one optimiser step over all devices."""
    return job["batchSize"] if job["job"] == "sft" else job["promptsPerStep"] * job["generations"]


def world_size():
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank():
    return int(os.environ.get("RANK", "0"))
