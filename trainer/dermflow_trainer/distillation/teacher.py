"""Features of a teacher, by the digest of each picture: files as activities/features/feature-chunks.ts writes them, a
line of JSON that names pictures and shape, then float32 numbers, the lowest byte first. A picture without features ends
the job before training; the public code takes zeros for them, whose cosine is 0 and teaches nothing."""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import interpolate

from dermflow_trainer.failures import BadInput


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Teacher:
    """Knows where each picture's features stand; they are read when they are asked for, as there may be many."""

    def __init__(self, folder, width, digests):
        """`digests`: of the pictures that training and validation show, by their paths."""
        self.places = {}
        for path in sorted(Path(folder).glob("*.bin")):
            self.index(path, width, set(digests.values()))
        missing = [path for path, digest in digests.items() if digest not in self.places]
        if missing:
            raise BadInput(
                f"field features: {folder} has no features of {len(missing)} of {len(digests)} pictures, "
                f"e.g. {missing[0]}; let the teacher encode them first"
            )

    def index(self, path, width, wanted):
        with open(path, "rb") as file:
            line = file.readline()
        try:
            head = json.loads(line)
            shape, pictures = head["shape"], head["images"]
        except (ValueError, KeyError) as error:
            raise BadInput(f"field features: {path}: {error!r}; let the teacher encode its pictures again") from error
        patches = 1 if len(shape) == 1 else shape[0]
        if len(shape) > 2 or shape[-1] != width or math.isqrt(patches) ** 2 != patches:
            raise BadInput(
                f"field features: {path} has features of shape {shape}; distillation.width asks for [{width}], "
                f"or a square of patches, [n, {width}]"
            )
        numbers = np.fromfile(path, dtype="<f4", offset=len(line))
        if numbers.size != len(pictures) * patches * width:
            raise BadInput(f"field features: {path} ends too early; let the teacher encode its pictures again")
        rows = numbers.reshape(len(pictures), patches, width)
        lengths = np.abs(rows).max(-1)
        for i, digest in enumerate(pictures):
            if digest not in wanted or digest in self.places:
                continue
            if not (np.isfinite(lengths[i]) & (lengths[i] > 0)).all():
                raise BadInput(f"field features: {path}: picture {digest} has patches without a direction (0 or NaN)")
            self.places[digest] = (path, len(line) + i * patches * width * 4, patches, width)

    def features(self, digest, rows, columns):
        """Of one picture, on a grid of patches: [rows * columns, width], or [1, width] of a teacher without patches."""
        path, offset, patches, width = self.places[digest]
        numbers = np.fromfile(path, dtype="<f4", count=patches * width, offset=offset).astype(np.float32)
        return on_grid(torch.from_numpy(numbers).reshape(patches, width), rows, columns)


def on_grid(features, rows, columns):
    """A square of patches [n, width] on another grid over the same picture, whose patches take the mean of what they
    cover, or lie between. One row stays one."""
    side = math.isqrt(len(features))
    if side in (1, rows) and side in (1, columns):
        return features
    square = features.T.reshape(1, -1, side, side)
    resized = interpolate(square, (rows, columns), mode="bilinear", antialias=True, align_corners=False)
    return resized[0].flatten(1).T.contiguous()
