"""Work in the middle of a training that leaves no mark on it."""

import random
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def without_traces(state):
    """What happens inside draws no number that training would have drawn, and stands in no later checkpoint."""
    logged = list(state.log_history)
    python, numpy, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()
    accelerators = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    yield
    state.log_history = logged
    random.setstate(python)
    np.random.set_state(numpy)
    torch.set_rng_state(cpu)
    if accelerators:
        torch.cuda.set_rng_state_all(accelerators)
