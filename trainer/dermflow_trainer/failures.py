"""How a job can fail."""

from dermflow_trainer.kinds import KINDS


class BadInput(Exception):
    """The job, its rows or its files are wrong; only their author can mend them."""


class Diverged(Exception):
    """Loss or gradient became NaN or infinite."""


class Interrupted(Exception):
    """Asked to stop; the state was saved where a step had been made."""


def is_out_of_memory(error):
    import torch

    on_cpu = isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    return on_cpu or isinstance(error, (torch.OutOfMemoryError, MemoryError))


def memory_advice(job):
    batch = job.get("perDeviceBatchSize", job.get("batchSize"))
    at = f" with {batch} rows at once" if batch else ""
    return f"{job['job']} ran out of memory{at}; lower {KINDS[job['job']].lower}"
