"""Other architectures than the paper's: one of them through every check of `npm run backbones`, all of them in what is
found in the model itself."""

import re

import backbones
import pytest
from backbone_checks import CHECKS, Backbone

from dermflow_trainer.base_model.layers import (
    RELEASED_TARGETS,
    linear_layers,
    lora_targets,
    pattern_of,
    repeated_layers,
)
from dermflow_trainer.model import load_base


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    """The one whose images become tiles, as many as their size asks for."""
    return Backbone("InternVL", tmp_path_factory.mktemp("internvl") / "backbone")


@pytest.mark.parametrize("check", CHECKS)
def test_internvl(backbone, check):
    CHECKS[check](backbone)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backbones")
    for name in backbones.BACKBONES:
        backbones.build(name, folder / name)
    return {name: load_base({"model": str(folder / name), "precision": "fp32"}) for name in backbones.BACKBONES}


def test_the_layers_to_shard_are_found(models):
    """Every one is a class of a module in the model; Transformers' own list names some that are not."""
    for name, model in models.items():
        found = repeated_layers(model)
        assert len(found) == 2, (name, found)
        assert set(found) <= {type(module).__name__ for module in model.modules()}
        assert set(found) <= set(model._no_split_modules)


def test_the_released_targets_stay_what_they_are(models):
    """Their text is a part of every adapter so far."""
    assert lora_targets(models["Qwen2.5-VL"]) == RELEASED_TARGETS
    assert lora_targets(models["Qwen3-VL"]) != RELEASED_TARGETS


@pytest.mark.parametrize("targets", [["vision"], ["merger"], ["language", "vision"], ["language", "merger", "vision"]])
def test_a_pattern_of_chosen_parts_takes_all_of_their_layers_and_no_others(models, targets):
    for name, model in models.items():
        parts = linear_layers(model)
        pattern = lora_targets(model, targets)
        found = {part: [layer for layer in layers if re.fullmatch(pattern, layer)] for part, layers in parts.items()}
        assert found == {part: layers if part in targets else [] for part, layers in parts.items()}, name
        assert all(parts.values()), name
    assert lora_targets(models["Qwen2.5-VL"], targets) == pattern_of(targets)


def test_a_pattern_of_ones_own_stays_as_it_is(models):
    assert lora_targets(models["Qwen3-VL"], ".*q_proj") == ".*q_proj"
