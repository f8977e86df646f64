"""What a trainer holds between steps: every attribute, down through the libraries' own objects, by path and digest."""

import collections
import random
import re
import types

import numpy as np
import torch
from comparing import digest

LIBRARIES = ("trl.", "transformers.", "accelerate.", "peft.", "torch.optim.", "torch.utils.data.", "dermflow_trainer.")
PLAIN = (bool, int, float, str, bytes, type(None), torch.dtype, torch.device)
LEFT_OUT = (types.FunctionType, types.MethodType, types.ModuleType, type)


def snapshot(trainer):
    """Digest of each attribute by its path, and of the generators that belong to no object."""
    found, seen = {}, {id(trainer)}
    for name, value in vars(trainer).items():
        walk(value, name, found, seen)
    found["random"] = digest([repr(random.getstate())])
    found["numpy.random"] = digest([repr(np.random.get_state())])
    found["torch.random"] = digest(torch.get_rng_state())
    return found


def walk(value, path, found, seen):
    if isinstance(value, LEFT_OUT) or (not isinstance(value, PLAIN) and id(value) in seen):
        return
    seen.add(id(value))
    if isinstance(value, PLAIN):
        found[path] = repr(value)
    elif isinstance(value, torch.Generator):
        found[path] = digest(value.get_state())
    elif isinstance(value, (torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler)):
        found[path] = digest(value.state_dict())
    elif isinstance(value, torch.Tensor):
        found[path] = digest(value.detach())
    elif isinstance(value, torch.nn.Module):
        walk_module(value, path, found)
    elif isinstance(value, collections.abc.Mapping):
        found[path] = repr(sorted(map(str, value)))
        for key, item in value.items():
            walk(item, f"{path}.{key}", found, seen)
    elif isinstance(value, (list, tuple, set, frozenset, collections.deque)):
        found[path] = repr(len(value))
        for i, item in enumerate(value):
            walk(item, f"{path}[{type(item).__name__}]" if is_ours(item) else f"{path}[{i}]", found, seen)
    elif is_ours(value):
        for name, item in vars(value).items():
            walk(item, f"{path}.{name}", found, seen)


def walk_module(module, path, found):
    """Trainable parameters as one; buffers, and what a layer keeps beside its parameters, by the layer's class."""
    found[f"{path}.trainable"] = digest([p.detach() for p in module.parameters() if p.requires_grad])
    found[f"{path}.frozen"] = digest([p.detach() for p in module.parameters() if not p.requires_grad])
    kept = collections.defaultdict(list)
    for layer in module.modules():
        place = f"{path}.{type(layer).__name__}"
        for name, value in [*layer.named_buffers(recurse=False), *vars(layer).items()]:
            if not name.startswith("_") and isinstance(value, (*PLAIN, torch.Tensor)):
                kept[f"{place}.{name}"].append(value)
    found.update({name: digest(values) for name, values in kept.items()})


def is_ours(value):
    return f"{type(value).__module__}.".startswith(LIBRARIES) and hasattr(value, "__dict__")


def changed(snapshots):
    """Paths whose digest, or presence, is not the same in all snapshots; items of a list count as the list."""
    paths = {path for snapshot in snapshots for path in snapshot}
    differing = {path for path in paths if len({snapshot.get(path) for snapshot in snapshots}) > 1}
    return sorted({re.sub(r"\[\d+\].*", "", path) for path in differing})
