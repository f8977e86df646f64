"""The two adapters of a dual distillation, as files and on a model.

    head         features of a picture's patches -> the teacher's width (the visual alignment head)
    down, up     the mean of those, and where the settings say so the state at each token -> rank -> the model's width
                 (the language adapter), whose product with the frozen output layer is a bias of the logits

The bias is of the tokens in `vocabulary` alone, whatever place they take, the first of an answer too; the public code
trains a mask of places under that name, which leaves the first token out.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import linear

from dermflow_trainer.distillation.branch import Branch
from dermflow_trainer.failures import BadInput

KIND = "dermflow-distillation"
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


class Adapters(nn.Module):
    """`shape`: widths that are the model's own, see `shape_of`."""

    def __init__(self, settings, shape):
        super().__init__()
        self.settings, self.shape = settings, shape
        width, rank, branch = settings["width"], settings["rank"], settings["branch"]
        self.branch = None if branch is None else Branch(shape["patch"], branch)
        source = shape["tower"] if branch is None else branch["width"]
        # As published: none where the branch has the teacher's width already.
        self.head = nn.Identity() if branch and source == width else nn.Linear(source, width, bias=False)
        self.down = nn.Linear(width, rank, bias=False)
        self.down_text = nn.Linear(shape["hidden"], rank, bias=False) if settings["reads"] != "picture" else None
        self.up = nn.Linear(rank, shape["hidden"], bias=False)
        # The model begins as the base answers.
        nn.init.zeros_(self.up.weight)
        self.scale = nn.Parameter(torch.tensor(float(settings["biasScale"])))
        self.register_buffer("vocabulary", torch.zeros(shape["vocabulary"], dtype=torch.bool))

    def align(self, sight):
        """Of each picture its patches in the teacher's space [n, width], and what the branch tells of it, or None."""
        if self.branch is None:
            return [self.head(tokens) for tokens in sight.tokens], None, None
        seen = [self.branch(patches) for patches in sight.patches]
        merged = [features.unflatten(0, (-1, self.shape["merge"] ** 2)).mean(1) for features, _, _ in seen]
        tones, uneven = (torch.stack(parts) for parts in list(zip(*seen, strict=True))[1:])
        return [self.head(features) for features in merged], tones, uneven

    def bias(self, picture, states, output):
        """What is added to the logits. `picture` [..., width]: the mean of its patches; `states` [..., hidden]: what
        the output layer reads there; `output`: that layer's weights."""
        return self.bias_of(self.down(picture), states, output)

    def bias_of(self, within, states, output):
        """The same of a picture that `down` has made narrow. `states` are of no use where the picture alone is read."""
        if self.down_text is not None:
            within = within + self.down_text(states.float())
        moved = self.up(within.tanh()).to(output.dtype)
        return self.scale * self.vocabulary * linear(moved, output).float()


class Sight:
    """What the vision tower of a model saw last, picture by picture: its features `tokens`, the raw `patches`, and the
    `grids` of the former."""

    def __init__(self, model):
        self.tokens, self.patches, self.grids = [], [], []
        tower_of(model).register_forward_hook(self.keep, with_kwargs=True)

    def keep(self, tower, inputs, keywords, output):
        grids, merge = keywords["grid_thw"], tower.spatial_merge_size
        sizes = grids.prod(-1)
        self.tokens = output.pooler_output.float().split((sizes // merge**2).tolist())
        self.patches = inputs[0].float().split(sizes.tolist())
        self.grids = [(rows // merge, columns // merge) for _, rows, columns in grids.tolist()]


def tower_of(model):
    tower = getattr(getattr(model, "model", None), "visual", None)
    if not hasattr(tower, "spatial_merge_size"):
        kind = f"a model of type {model.config.model_type} has no vision tower with a grid of patches"
        raise BadInput(f"field model: {kind}; distil one like Qwen2.5-VL")
    return tower


def shape_of(model):
    vision = model.config.vision_config
    return {
        "tower": vision.out_hidden_size,
        "patch": vision.in_channels * vision.temporal_patch_size * vision.patch_size**2,
        "merge": vision.spatial_merge_size,
        "hidden": model.get_output_embeddings().in_features,
        "vocabulary": model.get_output_embeddings().out_features,
    }


def attach(model, adapters):
    """The model as it answers with its adapters: one picture per row, no teacher."""
    # A part of the model, so that it moves to a device with it.
    model.add_module("adapters", adapters.to(model.device).eval().requires_grad_(False))
    answering = Answering(adapters, Sight(model))
    model.get_output_embeddings().register_forward_hook(answering.add)
    return model


class Answering:
    """Adds the bias to a model's logits. All of it that is of the pictures is computed once, not at each token."""

    def __init__(self, adapters, sight):
        self.adapters, self.sight = adapters, sight
        self.seen, self.within, self.bias = None, None, None

    def add(self, output, inputs, logits):
        if self.seen is not self.sight.tokens:
            self.read_pictures(output)
        if self.bias is not None:
            return (logits.float() + repeated(self.bias, len(logits))).to(logits.dtype)
        bias = self.adapters.bias_of(repeated(self.within, len(logits)), inputs[0], output.weight)
        return (logits.float() + bias).to(logits.dtype)

    def read_pictures(self, output):
        aligned, _, _ = self.adapters.align(self.sight)
        self.within = self.adapters.down(torch.stack([patches.mean(0) for patches in aligned])[:, None])
        reads_text = self.adapters.down_text is not None
        self.bias = None if reads_text else self.adapters.bias_of(self.within, None, output.weight)
        self.seen = self.sight.tokens


def repeated(rows, count):
    """One for each row of a batch, which may have several answers to a picture."""
    return rows if len(rows) == count else rows.repeat_interleave(count // len(rows), 0)


def save(adapters, base, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in adapters.state_dict().items()}, folder / WEIGHTS)
    config = {"adapter_type": KIND, "base_model_name_or_path": base}
    config |= {"settings": adapters.settings, "shape": adapters.shape}
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def is_distilled(folder):
    """Whether a folder holds adapters of a distillation; None holds nothing."""
    path = Path(folder or ".", CONFIG)
    return (
        folder is not None
        and path.is_file()
        and json.loads(path.read_text(encoding="utf-8")).get("adapter_type") == KIND
    )


def load(folder, model, settings=None):
    """The adapters in a folder. Throws `BadInput` where they are of another model, or not those of `settings`."""
    if not is_distilled(folder):
        raise BadInput(f"field adapter: {folder} holds no adapters of a distillation")
    config = json.loads((Path(folder) / CONFIG).read_text(encoding="utf-8"))
    wanted = {"shape": shape_of(model)} | ({"settings": layers_of(settings)} if settings else {})
    found = {"shape": config["shape"], "settings": layers_of(config["settings"])}
    for name, value in wanted.items():
        if found[name] != value:
            raise BadInput(f"field adapter: {folder} has {name} {found[name]}, not {value}")
    adapters = Adapters(settings or config["settings"], config["shape"])
    adapters.load_state_dict(load_file(Path(folder) / WEIGHTS))
    return adapters


def layers_of(settings):
    """What of the settings decides which layers there are."""
    return {name: settings[name] for name in ("width", "rank", "reads", "branch")}
