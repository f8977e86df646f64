"""Sampling by a row's own seed, whatever its batch: one number per token, as in activities/inference/sampling.ts."""

import torch
from transformers import LogitsProcessor

MASK = 0xFFFFFFFF


def draws_of(seed):
    """Numbers in [0, 1) by mulberry32."""
    state = seed & MASK
    while True:
        state = (state + 0x6D2B79F5) & MASK
        mixed = ((state ^ (state >> 15)) * (state | 1)) & MASK
        mixed ^= (mixed + (((mixed ^ (mixed >> 7)) * (mixed | 61)) & MASK)) & MASK
        yield ((mixed ^ (mixed >> 14)) & MASK) / 2**32


class OwnSeeds(LogitsProcessor):
    """Leaves of each row the token that its seed draws, which greedy decoding then takes."""

    def __init__(self, seeds, temperature):
        self.draws = [draws_of(seed) for seed in seeds]
        self.temperature = temperature

    def __call__(self, input_ids, scores):
        weights = torch.softmax(scores.double() / self.temperature, dim=-1)
        draws = torch.tensor([next(draw) for draw in self.draws], dtype=torch.float64, device=scores.device)
        passed = weights.cumsum(dim=-1) > draws[:, None]
        # Sums may end a rounding below 1.
        tokens = torch.where(passed.any(dim=-1), passed.int().argmax(dim=-1), scores.argmax(dim=-1))
        chosen = torch.full_like(scores, float("-inf"))
        return chosen.scatter(-1, tokens[:, None], 0.0)
