"""Fields of TRL's configurations that a recipe sets itself (`sft.trl`, `grpo.trl`). Dermflow has checked names, types
and ranges; what several of them mean together is TRL's to refuse, and its refusal is the author's to mend."""

import dataclasses
import typing
from contextlib import contextmanager

from dermflow_trainer.failures import BadInput

# What TRL, Transformers and the packages that an optimiser needs raise where settings do not fit.
REFUSALS = (ImportError, KeyError, NotImplementedError, TypeError, ValueError)


def passed_on(config, job):
    """The job's fields of `config`, whole numbers as floats where the class wants one: JSON knows no difference."""
    given = job.get("trl", {})
    known = {field.name for field in dataclasses.fields(config)}
    for name in given:
        if name not in known:
            raise BadInput(f"field trl.{name}: {config.__name__} has no such field")
    hints = typing.get_type_hints(config) if given else {}
    return {name: as_wanted(value, hints[name]) for name, value in given.items()}


def as_wanted(value, hint):
    wanted = typing.get_args(hint) or (hint,)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole and float in wanted and int not in wanted:
        return float(value)
    if isinstance(value, list) and list[float] in wanted:
        return [float(each) for each in value]
    return value


@contextmanager
def refusing(job, stretch):
    """What fails before the first step is made is a matter of the settings where a recipe sets some itself."""
    try:
        yield
    except REFUSALS as error:
        if not job.get("trl") or stretch.stepped:
            raise
        raise BadInput(f"field trl ({', '.join(sorted(job['trl']))}): {error}") from error
