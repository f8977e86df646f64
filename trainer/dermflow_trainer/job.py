"""Reads a job. The sender has validated it; here a mismatch of the two sides' versions, a missing file or a
hand-written job gets one clear line before any large library is imported."""

import importlib.util
import os
import sys

from dermflow_trainer.failures import BadInput
from dermflow_trainer.schema import SCHEMAS, mismatch, parse


def load_job(path):
    """The validated job, a dictionary of the shape of its kind in `schema.json`. Throws `BadInput`."""
    try:
        with open(path, encoding="utf-8") as file:
            job = parse(file.read())
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error
    jobs = SCHEMAS["jobs"]
    if not isinstance(job, dict) or job.get("job") not in list(jobs):
        raise BadInput(f"{path}: field job: expected one of {', '.join(jobs)}")
    problem = mismatch(job, "jobs", job["job"])
    if problem:
        raise BadInput(f"{path}: {problem}")
    if job.get("lora", {}) is None and not job.get("full"):
        raise BadInput(f"{path}: field full: missing")
    for problem in (*missing_paths(job), *missing_software(job), *uneven_batches(job)):
        raise BadInput(f"{path}: {problem}")
    return job


def missing_paths(job):
    for field in ("data", "validation"):
        rows = job.get(field)
        if rows and not os.path.isfile(rows["rows"]):
            yield f"field {field}.rows: there is no file {rows['rows']}"
        if rows and not os.path.isdir(rows["images"]):
            yield f"field {field}.images: there is no folder {rows['images']}"
    for field in ("adapter", "resume", "features"):
        if job.get(field) and not os.path.isdir(job[field]):
            yield f"field {field}: there is no folder {job[field]}"
    if job["model"] and os.path.isabs(job["model"]) and not os.path.isdir(job["model"]):
        yield f"field model: there is no folder {job['model']}"


def missing_software(job):
    """What a job may ask for and the locked environment does not hold."""
    if job["job"] == "grpo" and job["rollouts"]["engine"] == "vllm-server" and job["rollouts"]["server"] is None:
        yield "field rollouts.server: vllm-server needs its address; set DERMFLOW_VLLM_SERVER"
    quantised = "quantise" in (job.get("lora") or {})
    if quantised and not any(os.path.exists(device) for device in ("/dev/nvidiactl", "/dev/dxg")):
        yield "field lora.quantise: 4-bit weights need an NVIDIA GPU, which this machine does not show; leave it out"
        return
    wanted = [("tracking", name) for name in job.get("tracking", [])]
    if job.get("attention") == "flash_attention_2":
        wanted.append(("attention", "flash_attn"))
    if job["job"] == "grpo" and job["rollouts"]["engine"] != "transformers":
        wanted.append(("rollouts.engine", "vllm"))
    if quantised:
        wanted.append(("lora.quantise", "bitsandbytes"))
    for field, package in wanted:
        problem = missing_module(package)
        if problem:
            yield f"field {field}: {problem}"


def missing_module(module):
    """What to install where this Python lacks the module; None where it is there."""
    if importlib.util.find_spec(module) is not None:
        return None
    name = module.replace("_", "-")
    return f"{name} is not installed; run {sys.executable} -m pip install {name}"


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
    return job["batchSize"] if "batchSize" in job else job["promptsPerStep"] * job["generations"]


def world_size():
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank():
    return int(os.environ.get("RANK", "0"))
