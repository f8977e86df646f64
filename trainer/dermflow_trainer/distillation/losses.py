"""The losses of a dual distillation, each as a sum over what the trainer divides by: tokens, or pictures."""

import torch
from torch.nn.functional import cosine_similarity, cross_entropy

from dermflow_trainer.distillation.branch import TONES

# Of the cosine's distance, as published.
DISTANCE_SCALE = 10.0
# In place of a label, where none is known.
UNKNOWN = -100


def text_loss(logits, tokens):
    return cross_entropy(logits, tokens, reduction="sum")


def distance(aligned, taught):
    """10 (1 - cos), averaged over the patches of each picture and summed over pictures. Where the teacher has one row
    of a picture, the mean of its patches is compared."""
    pairs = zip(aligned, taught, strict=True)
    return sum(
        DISTANCE_SCALE
        * (1 - cosine_similarity(own if len(theirs) == len(own) else own.mean(0, keepdim=True), theirs)).mean()
        for own, theirs in pairs
    )


def tone_loss(logits, tones):
    """Pictures of unknown tone count nothing."""
    return cross_entropy(logits.reshape(-1, TONES), tones, reduction="sum", ignore_index=UNKNOWN)


def total(parts, counts, weights):
    """The step's loss, and its parts. `parts`: sums by name. `counts`: the tokens, pictures and pictures of known tone
    of the whole step."""
    divisors = {
        "sft": counts["tokens"],
        "distil": counts["pictures"],
        "auxiliary": counts["pictures"],
        "tone": counts["toned"],
    }
    means = {name: part / torch.as_tensor(divisors[name]).clamp(min=1) for name, part in parts.items()}
    return sum(weights[name] * mean for name, mean in means.items()), means
