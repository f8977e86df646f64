"""`python -m dermflow_trainer.base_model.preflight '{"model": "owner/name", "needs": []}'`: what a run needs of this
machine before it starts. Writes one line of JSON: `model`, the hub id with the commit that it stands for now, and its
`type`; or `problem`, and whether it may go by itself (`transient`)."""

import json
import sys

from dermflow_trainer.job import missing_module


def main():
    request = json.loads(sys.argv[1])
    for need in request["needs"]:
        problem = missing_module(need["module"])
        if problem:
            return say(problem=f"{need['setting']}: {problem}", transient=False)
    if request["model"] is None:
        return say(model=None, type=None)
    return resolve(request["model"])


def resolve(model):
    """Asks the hub which commit is meant and whether its files may be read; without the hub, the cache on disk."""
    from huggingface_hub import hf_hub_download, resolve_revision
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
        RevisionResolutionError,
    )

    name, _, revision = model.partition("@")
    access = "give HF_TOKEN on the gpu workers to read what is private or gated"
    try:
        commit = resolve_revision(name, revision=revision or None).resolved
        config = hf_hub_download(name, "config.json", revision=commit)
        with open(config, encoding="utf-8") as file:
            kind = json.load(file).get("model_type")
    except HFValidationError as error:
        return say(problem=f"model.base: {first_line(error)}", transient=False)
    except RevisionNotFoundError:
        return say(problem=f"model.base: {name} has no revision {revision} on the hub", transient=False)
    except GatedRepoError:
        return say(problem=f"model.base: {name} is gated on the hub; {access}", transient=False)
    except RepositoryNotFoundError:
        return say(problem=f"model.base: the hub shows no model {name}; correct its name, or {access}", transient=False)
    except (RevisionResolutionError, LocalEntryNotFoundError) as error:
        remedy = "bring the hub back, or give a folder on the gpu workers"
        return say(problem=f"model.base: {model} cannot be looked up: {first_line(error)}; {remedy}", transient=True)
    except EntryNotFoundError:
        return say(problem=f"model.base: {model} has no config.json; it is not a Transformers model", transient=False)
    except OSError as error:
        return say(problem=f"model.base: {model} cannot be looked up: {first_line(error)}", transient=True)
    return say(model=f"{name}@{commit}", type=kind)


def first_line(error):
    return str(error).strip().split("\n")[0]


def say(**answer):
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
