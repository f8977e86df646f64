"""`python tests/trl_fields.py` writes domain/recipe/trl/fields.json again: every field of the pinned `SFTConfig` and
`GRPOConfig` with its types, and with its choices and range where the pinned classes state or check them. By this file
Dermflow checks `sft.trl` and `grpo.trl` without Python."""

import dataclasses
import enum
import json
import sys
import types
import typing
from importlib.metadata import version
from pathlib import Path

from transformers.generation.configuration_utils import DYNAMIC_CACHE_IMPLEMENTATIONS, STATIC_CACHE_IMPLEMENTATIONS
from trl import GRPOConfig, SFTConfig

FILE = Path(__file__).parents[2] / "domain/recipe/trl/fields.json"
CONFIGS = (SFTConfig, GRPOConfig)
TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", type(None): "null"}

# What a field's help says, and the range or choices that it states there. The words must be those of the pinned
# version, so that an upgrade which says something else fails here.
RANGES = {
    "top_p": ("Must be in (0, 1]", {"above": 0, "to": 1}),
    "top_k": ("If `0`, top-k-filtering is disabled", {"from": 0}),
    "min_p": ("must be a value between 0.0 and 1.0", {"from": 0, "to": 1}),
    "top_entropy_quantile": ("Range: [0.0-1.0]", {"from": 0, "to": 1}),
    "off_policy_mask_threshold": ("It expects a positive value", {"above": 0}),
    "repetition_penalty": ("Values > 1.0 encourage the model to use new tokens", {"above": 0}),
    "adam_beta1": ("exponential decay rate for the first moment", {"from": 0, "below": 1}),
    "adam_beta2": ("exponential decay rate for the second moment", {"from": 0, "below": 1}),
    "adam_epsilon": ("Epsilon value for numerical stability", {"from": 0}),
    "num_iterations": ("Number of iterations per batch", {"from": 1}),
    "epsilon_high": ("Upper-bound epsilon value for clipping", {"from": 0}),
    "delta": ("upper clipping bound in two-sided GRPO loss", {"above": 0}),
    "sapo_temperature_neg": ("Temperature for tokens", {"above": 0}),
    "sapo_temperature_pos": ("Temperature for tokens", {"above": 0}),
    "entropy_target": ("Target mean per-token entropy", {"from": 0}),
    "entropy_coef_delta": ("Step size for adjusting", {"from": 0}),
    "label_smoothing_factor": ("Zero means no smoothing", {"from": 0, "to": 1}),
    "pad_to_multiple_of": ("padded to a multiple of this value", {"from": 1}),
    "torch_empty_cache_steps": ("Number of steps to wait", {"from": 1}),
    "neftune_noise_alpha": ("Typical range: [5.0, 15.0]", {"above": 0}),
}
CHOICES = {
    "importance_sampling_level": ("`'token'` or `'sequence'` level", ["token", "sequence"]),
    "multi_objective_aggregation": ("Supported values are", ["sum_then_normalize", "normalize_then_sum"]),
    "scale_rewards": ("Supported values are", ["group", "batch", "none"]),
    "vllm_model_impl": ("Must be one of `transformers` or `vllm`", ["transformers", "vllm"]),
    "vllm_importance_sampling_mode": (
        "Supported options are",
        ["token_truncate", "token_mask", "sequence_truncate", "sequence_mask"],
    ),
    "GRPOConfig.loss_type": (
        "Supported values are 'grpo', 'dr_grpo', 'dapo', 'bnpo', 'cispo', 'sapo', 'luspo', and 'vespo'.",
        ["grpo", "dr_grpo", "dapo", "bnpo", "cispo", "sapo", "luspo", "vespo"],
    ),
    # `chunked_nll` is a deprecated name of `nll`.
    "SFTConfig.loss_type": ("Possible values are `'nll'`", ["nll", "dft"]),
    "pad_to_multiple_of": ("`'auto'` pads to a multiple of", ["auto"]),
    "cache_implementation": ("cache method", sorted(STATIC_CACHE_IMPLEMENTATIONS + DYNAMIC_CACHE_IMPLEMENTATIONS)),
}


def snapshot():
    versions = {name: version(name) for name in ("trl", "transformers")}
    return {"versions": versions, **{config.__name__: fields_of(config) for config in CONFIGS}}


def fields_of(config):
    hints = typing.get_type_hints(config)
    return {field.name: describe(config.__name__, field, hints[field.name]) for field in dataclasses.fields(config)}


def describe(config, field, hint):
    names, choices = types_of(hint)
    stated = CHOICES.get(f"{config}.{field.name}", CHOICES.get(field.name))
    if stated:
        choices = says(config, field, *stated)
    # A text in place of an object is for the command line alone.
    described = {"types": sorted(names - {"string"} if "object" in names else names)}
    if choices:
        described["choices"] = choices
    if field.name in RANGES:
        described["range"] = says(config, field, *RANGES[field.name])
    return described


def says(config, field, words, meaning):
    told = field.metadata.get("help", "")
    names = [name for name in meaning if isinstance(name, str) and isinstance(meaning, list)]
    quoted = [name for name in names if name not in told] if field.name != "cache_implementation" else []
    if words not in told or quoted:
        raise ValueError(f"{config}.{field.name} does not say {words!r} {quoted}: read it and mend this table: {told}")
    return meaning


def types_of(hint):
    """Names of the JSON values that the annotation takes, and the choices of an enumeration."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        parts = [types_of(each) for each in arguments]
        return set().union(*(names for names, _ in parts)), next((choices for _, choices in parts if choices), None)
    if origin is typing.Literal:
        return {TYPES[type(each)] for each in arguments}, None
    if origin is list:
        return {f"{name}[]" for name in types_of(arguments[0])[0]}, None
    if origin is dict:
        return {"object"}, None
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"string"}, [member.value for member in hint]
    # What JSON cannot hold is no value of a recipe.
    return {TYPES.get(hint, "none")}, None


if __name__ == "__main__":
    FILE.write_text(json.dumps(snapshot(), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{FILE}\n")
