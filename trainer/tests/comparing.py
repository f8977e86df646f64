"""Digests of what a run leaves behind."""

import hashlib

import torch
from safetensors.torch import load_file

# Whether checkpoints of one process with one thread promise exact resumes here.
EXACT = not torch.cuda.is_available()


def adapter_of(folder):
    return load_file(folder / "adapter_model.safetensors")


def weights_of(folder):
    """Of a checkpoint: its adapter's, or after full fine-tuning the model's."""
    adapter = folder / "adapter_model.safetensors"
    return load_file(adapter if adapter.exists() else folder / "model.safetensors")


def digest(value):
    """SHA-256 over a nest of tensors and plain values: files of equal tensors may differ in their padding."""
    sha = hashlib.sha256()

    def add(part):
        if isinstance(part, torch.Tensor):
            sha.update(f"{part.dtype}{tuple(part.shape)}".encode())
            sha.update(part.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        elif isinstance(part, dict):
            for key in sorted(part, key=str):
                sha.update(f"{key}:".encode())
                add(part[key])
        elif isinstance(part, (list, tuple)):
            for item in part:
                add(item)
        else:
            sha.update(repr(part).encode())

    add(value)
    return sha.hexdigest()


def state_digests(checkpoint):
    """Adapter, optimiser, schedule and random state of a checkpoint."""
    files = {"optimizer": "optimizer.pt", "scheduler": "scheduler.pt"}
    # One process saves `rng_state.pth`, rank i of several `rng_state_i.pth`.
    random = sorted(path.name for path in checkpoint.glob("rng_state*.pth"))
    files |= {"random" if len(random) == 1 else name: name for name in random}
    states = {
        name: torch.load(checkpoint / file, map_location="cpu", weights_only=False) for name, file in files.items()
    }
    return {"adapter": digest(weights_of(checkpoint))} | {name: digest(state) for name, state in states.items()}
