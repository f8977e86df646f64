"""The lines that a job writes (`trainerEventSchema` in domain/trainer.ts). Only rank 0 writes."""

import json
import math
from importlib.metadata import version

from dermflow_trainer.job import rank, world_size

SOFTWARE = ("torch", "transformers", "trl", "peft", "accelerate")


class Events:
    def __init__(self, stream):
        self.stream = stream
        self.step = 0
        self.silent = rank() != 0

    def write(self, **event):
        if not self.silent:
            self.stream.write(json.dumps(event, allow_nan=False) + "\n")
            self.stream.flush()

    def started(self, *, step, max_steps, trainable_parameters, numerics=None):
        """`numerics`: what decides the last digits (numerics.py); of training only."""
        import torch

        self.step = step
        self.write(
            event="started",
            step=step,
            maxSteps=max_steps,
            device=torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
            worldSize=world_size(),
            trainableParameters=trainable_parameters,
            software={name: version(name) for name in SOFTWARE},
            numerics=numerics or {},
        )

    def progress(self, step, max_steps, usage=None):
        """`usage`: a trainer's `tokensPerSecond` and `memoryBytes`."""
        self.step = step
        self.write(event="progress", step=step, maxSteps=max_steps, **(usage or {}))

    def metrics(self, step, values):
        finite = {k: v if v is not None and math.isfinite(v) else None for k, v in values.items()}
        self.write(event="metrics", step=step, values=finite)

    def checkpoint(self, step, path, exact):
        self.write(event="checkpoint", step=step, path=str(path), exact=exact)

    def finished(self, outputs):
        self.write(event="finished", step=self.step, outputs=outputs)

    def interrupted(self):
        self.write(event="interrupted", step=self.step)

    def failed(self, kind, message):
        self.write(event="failed", kind=kind, step=self.step, message=message)
