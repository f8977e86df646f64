"""Where a base model comes from: a folder, or a model of the hub at a commit (`owner/name@commit`)."""

import os


def source_of(model):
    """Name and further arguments for `from_pretrained`."""
    if os.path.isdir(model):
        return model, {}
    name, _, revision = model.partition("@")
    return name, {"revision": revision} if revision else {}
