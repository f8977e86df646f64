"""How a job can end other than well."""


class BadInput(Exception):
    """The job, its rows or its files are wrong; only their author can mend them."""


class Diverged(Exception):
    """Loss or gradient became NaN or infinite."""


class Interrupted(Exception):
    """Asked to stop; the state was saved where a step had been made."""


def is_out_of_memory(error):
    import torch

    return isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError))
