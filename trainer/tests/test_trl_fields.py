"""What Dermflow believes of the pinned configurations is what the installed ones say."""

import dataclasses
import json

import pytest
import trl_fields
from trl import GRPOConfig, SFTConfig

SAID = json.loads(trl_fields.FILE.read_text(encoding="utf-8"))
CONFIGS = {"SFTConfig": SFTConfig, "GRPOConfig": GRPOConfig}


def test_the_file_is_that_of_the_installed_versions():
    assert trl_fields.snapshot() == SAID, "run python tests/trl_fields.py and decide on each field that changed"


@pytest.mark.parametrize("name", CONFIGS)
def test_every_default_is_a_value_that_the_file_allows(name):
    """A wrong type, range or choice in the file would refuse what the library does by itself."""
    for field in dataclasses.fields(CONFIGS[name]):
        default = field.default if field.default is not dataclasses.MISSING else None
        described = SAID[name][field.name]
        if default is None or field.name == "debug":
            continue
        if isinstance(default, str):
            assert "string" in described["types"], field.name
            assert default in described.get("choices", [default]), field.name
        else:
            kind = {bool: "boolean", int: "integer", float: "number"}[type(default)]
            assert {kind, "number" if kind == "integer" else kind} & set(described["types"]), field.name
            limits = described.get("range", {})
            assert default >= limits.get("from", default), field.name
            assert default > limits.get("above", default - 1), field.name
            assert default <= limits.get("to", default), field.name
            assert default < limits.get("below", default + 1), field.name


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("torch_empty_cache_steps", 0, "bigger than 0"),
        ("optim", "adamm", "adamm"),
        ("lr_scheduler_type", "sine", "sine"),
    ],
)
def test_what_the_file_refuses_the_library_refuses_too(tmp_path, field, value, words):
    with pytest.raises(ValueError, match=words):
        SFTConfig(output_dir=str(tmp_path), use_cpu=True, **{field: value})
