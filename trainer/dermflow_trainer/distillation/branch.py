"""The side branch of SkinGPT-R1's public code: experts on the raw patches of a picture, steered by the tone of the skin
that a classifier sees in them. Every layer is built at once, so that the optimiser has all of them from its first step;
there the first one was built inside the first pass, when the optimiser existed already."""

import torch
from torch import nn

# Light, medium, dark.
TONES = 3
# Keeps the division by two chances that are both nearly 0 defined, as published.
EPSILON = 1e-6


class Branch(nn.Module):
    def __init__(self, patch_width, settings):
        super().__init__()
        width, bottleneck = settings["width"], settings["bottleneck"]
        self.enter = nn.Linear(patch_width, width, bias=False)
        self.tone = nn.Sequential(nn.Linear(width, bottleneck), nn.ReLU(), nn.Linear(bottleneck, TONES))
        self.layers = nn.ModuleList(Experts(width, bottleneck, settings) for _ in range(settings["layers"]))

    def forward(self, patches):
        """Of one picture's patches [n, d]: features [n, width], logits of tones [3], how unevenly experts are used."""
        features = self.enter(patches)
        logits = self.tone(features.mean(0))
        chances = logits.softmax(-1)
        uneven = features.new_zeros(())
        for layer in self.layers:
            features, more = layer(features, chances)
            uneven = uneven + more
        return features, logits, uneven


class Experts(nn.Module):
    """A residual layer of which each patch takes the `active` likeliest experts."""

    def __init__(self, width, bottleneck, settings):
        super().__init__()
        count = settings["experts"]
        self.active = settings["active"]
        self.picture = nn.Linear(width, count, bias=False)
        self.tone = nn.Linear(TONES, count, bias=False)
        experts = [(nn.Linear(width, bottleneck), nn.Linear(bottleneck, width)) for _ in range(count)]
        down, up = zip(*experts, strict=True)
        for name, layers in (("down", down), ("up", up)):
            self.register_parameter(name, stacked([layer.weight.T for layer in layers]))
            self.register_parameter(f"{name}_bias", stacked([layer.bias for layer in layers]))

    def forward(self, features, tone):
        chances = (self.picture(features) + self.tone(tone)).softmax(-1)
        best, which = chances.topk(self.active)
        shares = best / (best.sum(-1, keepdim=True) + EPSILON)
        gates = torch.zeros_like(chances).scatter(-1, which, shares)
        inner = (torch.einsum("nd,edb->neb", features, self.down) + self.down_bias).relu()
        added = torch.einsum("ne,neb,ebd->nd", gates, inner, self.up) + gates @ self.up_bias
        taken = torch.zeros_like(chances).scatter(-1, which, 1.0)
        return features + added, chances.shape[-1] * (chances.mean(0) * taken.mean(0)).sum()


def stacked(tensors):
    return nn.Parameter(torch.stack([tensor.detach() for tensor in tensors]).clone())


def stored(config, weights):
    """For `load_adapters.py`, with which this file is exported: what the branch of saved adapters makes of a picture's
    patches, merged as the vision tower merges them."""
    own = {name.removeprefix("branch."): tensor for name, tensor in weights.items() if name.startswith("branch.")}
    square = config["shape"]["merge"] ** 2
    branch = Branch(config["shape"]["patch"], config["settings"]["branch"]).to(weights["scale"].device)
    branch.load_state_dict(own)
    branch.requires_grad_(False)
    return lambda patches: branch(patches)[0].unflatten(0, (-1, square)).mean(1)
