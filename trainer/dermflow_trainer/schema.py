"""What the other side may send, by `schema.json`: its protocol (domain/trainer.ts) as JSON Schema."""

import json
from functools import cache
from pathlib import Path

import fastjsonschema

SCHEMAS = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))


def parse(text):
    """JSON as JavaScript reads it: NaN and Infinity are no values, 2.0 is the integer 2. Throws `ValueError`."""
    return json.loads(text, parse_constant=refuse, parse_float=number)


def refuse(name):
    raise ValueError(f"{name} is not JSON")


def number(text):
    value = float(text)
    # Beyond these JavaScript has no integers either.
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def mismatch(value, *place):
    """What is wrong with a value, by the schema at this place (`"jobs", "sft"`); None where nothing is."""
    try:
        compiled(place)(value)
    except fastjsonschema.JsonSchemaValueException as error:
        return explain(error)
    return None


@cache
def compiled(place):
    schema = SCHEMAS
    for name in place:
        schema = schema[name]
    return fastjsonschema.compile(schema)


def explain(error):
    """One line with the field's name; what is missing or unknown is named as a field of its own."""
    path = error.path[1:]
    if error.rule == "required":
        missing = next(name for name in error.rule_definition if name not in error.value)
        return f"{field([*path, missing])}: missing"
    if error.rule == "additionalProperties":
        unknown = next(name for name in error.value if name not in error.definition["properties"])
        return f"{field([*path, unknown])}: unknown"
    words = error.message.removeprefix(error.name).strip()
    return f"{field(path)}: {words}, got {json.dumps(error.value)[:80]}"


def field(path):
    return f"field {'.'.join(map(str, path))}" if path else "it"
