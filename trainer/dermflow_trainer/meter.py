"""Speed and memory of a training."""

import resource
import time

import torch


class Meter:
    """Speed and memory, which differ from run to run and so stand apart from the metrics."""

    def __init__(self):
        self.last = None

    def read(self, tokens):
        """`tokens`: seen so far by all ranks. No speed at the first reading."""
        now = time.monotonic()
        speed = None
        if self.last is not None and tokens is not None:
            speed = (tokens - self.last[0]) / (now - self.last[1])
        self.last = (tokens or 0, now)
        return {"tokensPerSecond": speed, "memoryBytes": peak_memory()}


def peak_memory():
    """The most that this process held: of the accelerator's memory, or of the machine's where it has none. In bytes."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
