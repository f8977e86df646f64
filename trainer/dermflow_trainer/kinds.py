"""The kinds of jobs: one row for each, by its name in `schema.json`."""

from typing import NamedTuple


class Kind(NamedTuple):
    module: str
    """Its `run(job, events)` does the job; a module below `dermflow_trainer`."""
    resumes: bool
    """Whether it trains in stretches, and so saves its state when it is asked to stop."""
    lower: str
    """What takes less memory, after "lower"."""


KINDS = {
    "sft": Kind("sft", True, "perDeviceBatchSize, or turn gradientCheckpointing on"),
    "grpo": Kind("grpo", True, "perDeviceBatchSize or maxCompletionLength, or turn gradientCheckpointing on"),
    "distill": Kind("distillation.job", True, "perDeviceBatchSize"),
    "soreb": Kind("soreb", True, "perDeviceBatchSize or maxCompletionLength, or turn gradientCheckpointing on"),
    "generate": Kind("inference.generate", False, "batchSize"),
    "export-onnx": Kind("inference.export_onnx", False, "the largest of imageSizes"),
    "merge": Kind("inference.merge", False, "what else this machine does: the base and its sum are held in fp32"),
    "export-encoder": Kind("inference.export_encoder", False, "side"),
    "build-backbone": Kind("backbone.build", False, "batchSize"),
}

MODULES = [kind.module for kind in KINDS.values()]
