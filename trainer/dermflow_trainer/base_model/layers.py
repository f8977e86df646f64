"""What a vision-language model is made of, found in the model itself: language model, vision tower and what joins them.
Nothing here knows a model by its name."""

import re

from torch import nn

# Linear layers of each part of the paper's model, by PEFT's names; those of others are found by `lora_targets`.
PATTERNS = {
    "language": r".*language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)",
    "merger": r".*visual\.merger\.mlp\.(0|2)",
    "vision": r".*visual\.blocks\..*\.(qkv|proj|gate_proj|up_proj|down_proj)",
}
# The released code's choice: every linear layer of the language model and of the vision-to-text merger.
RELEASED_PARTS = ("language", "merger")
JOINING = re.compile(r"merger|projector|connector|aligner")
LANGUAGE = "language_model"


def linear_layers(model):
    """Names of the linear layers by part: `language`, `merger` (vision to text) and `vision`; not the output layer."""
    parts = {"language": [], "merger": [], "vision": []}
    output = model.get_output_embeddings()
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and module is not output:
            parts[part_of(name)].append(name)
    return parts


def part_of(name):
    if f".{LANGUAGE}." in f".{name}.":
        return "language"
    return "merger" if JOINING.search(name) else "vision"


def pattern_of(targets=RELEASED_PARTS):
    """PEFT's `target_modules` for the paper's model: a text as it is, or the layers of the named parts."""
    return targets if isinstance(targets, str) else "|".join(PATTERNS[part] for part in PATTERNS if part in targets)


RELEASED_TARGETS = pattern_of()


def lora_targets(model, targets=RELEASED_PARTS):
    """A pattern of every linear layer of some parts, by default of the language model and of what joins it to the
    vision tower; a text as it is."""
    pattern = pattern_of(targets)
    if isinstance(targets, str):
        return pattern
    parts = linear_layers(model)
    wanted = {name for part in targets for name in parts[part]}
    everything = [name for names in parts.values() for name in names]
    if wanted == {name for name in everything if re.fullmatch(pattern, name)}:
        return pattern
    return "|".join(sorted({re.sub(r"(?<=\\\.)\d+(?=\\\.)", r"\\d+", re.escape(name)) for name in wanted}))


def repeated_layers(model):
    """Class names of the layers that are stacked: those of the language model and of the vision tower. They are the
    units in which a model is sharded."""
    stacks = [module for module in model.modules() if isinstance(module, nn.ModuleList) and len(module) > 0]
    inside = {id(part) for stack in stacks for layer in stack for part in layer.modules() if part is not layer}
    outermost = [stack for stack in stacks if id(stack) not in inside]
    return sorted({type(layer).__name__ for stack in outermost for layer in stack if has_attention(layer)})


def has_attention(layer):
    return any("attn" in name or "attention" in name for name, _ in layer.named_modules())


def resized(processor, width, height):
    """Why the processor would change an image of this size, in words for people; None where it would not, or changes
    every image to a size of its own."""
    images = processor.image_processor
    patch, merge = getattr(images, "patch_size", None), getattr(images, "merge_size", None)
    if not isinstance(patch, int) or not isinstance(merge, int):
        return None
    unit = patch * merge
    if width % unit == 0 and height % unit == 0:
        patches = images.get_number_of_image_patches(height, width, {})
        if patches * patch**2 == width * height:
            return None
    smallest, largest = images.size["shortest_edge"], images.size["longest_edge"]
    return f"sides that are multiples of {unit} and {smallest} to {largest} pixels"
