"""Reads a job (`trainerJobSchema` in domain/trainer.ts). The sender has validated it; here a mismatch of the two
sides' versions, a missing file or a hand-written job gets one clear line before any large library is imported."""

import json
import os

from dermflow_trainer.failures import BadInput

COMMON = {"schema", "stage", "seed", "threads", "precision", "model", "output"}
TRAINING = COMMON | {"adapter", "lora", "resume", "data", "plan", "optimiser", "gradientCheckpointing"}
FIELDS = {
    "sft": TRAINING | {"validation", "batchSize", "perDeviceBatchSize"},
    "grpo": TRAINING
    | {"promptsPerStep", "generations", "perDeviceBatchSize", "temperature", "beta", "epsilon"}
    | {"maxCompletionLength", "rewardSocket", "rewardNames"},
    "generate": COMMON | {"adapter", "data", "batchSize", "maxNewTokens"},
    "export-onnx": COMMON | {"adapter", "imageSizes"},
    "build-backbone": COMMON | {"lexicon", "data", "steps", "batchSize", "learningRate"},
}


def load_job(path):
    try:
        with open(path, encoding="utf-8") as file:
            job = json.load(file)
    except (OSError, json.JSONDecodeError) as error:
        raise BadInput(f"{path}: {error}") from error
    if not isinstance(job, dict) or job.get("schema") != 1:
        raise BadInput(f"{path}: field schema: expected 1")
    expected = FIELDS.get(job.get("stage"))
    if expected is None:
        raise BadInput(f"{path}: field stage is {job.get('stage')!r}: expected one of {', '.join(FIELDS)}")
    missing, unknown = sorted(expected - job.keys()), sorted(job.keys() - expected)
    if missing or unknown:
        raise BadInput(f"{path}: missing fields: {missing}, unknown fields: {unknown}")
    for rows in filter(None, (job.get("data"), job.get("validation"))):
        if not os.path.isfile(rows["rows"]):
            raise BadInput(f"{path}: there is no file {rows['rows']}")
    for field in ("adapter", "resume"):
        if job.get(field) and not os.path.isdir(job[field]):
            raise BadInput(f"{path}: field {field}: there is no folder {job[field]}")
    return job
