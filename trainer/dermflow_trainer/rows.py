"""Rows of a job (`chatRowSchema`): a prompt with images, and for SFT its completion."""

import json
import os

from dermflow_trainer.failures import BadInput


def read_rows(data, *, completion):
    """Rows as dictionaries, image names made paths. Every row must have, or must not need, a completion."""
    rows = []
    with open(data["rows"], encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            where = f"{data['rows']}: line {number}"
            try:
                row = json.loads(line)
                images = [os.path.join(data["images"], name) for name in row["images"]]
                rows.append({**row, "images": images})
                if completion:
                    row["completion"]
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise BadInput(f"{where}: {type(error).__name__}: {error}") from error
            for path in images:
                if not os.path.isfile(path):
                    raise BadInput(f"{where}: there is no image {path}")
    if not rows:
        raise BadInput(f"{data['rows']}: no rows")
    return rows


def chat_dataset(rows, *, completion):
    """The conversational data set that TRL's trainers take: prompt, completion (SFT), images, id."""
    from datasets import Dataset, Image, List

    columns = {
        "id": [row["id"] for row in rows],
        "prompt": [[{"role": "user", "content": row["prompt"]}] for row in rows],
        "images": [row["images"] for row in rows],
    }
    if completion:
        columns["completion"] = [[{"role": "assistant", "content": row["completion"]}] for row in rows]
    return Dataset.from_dict(columns).cast_column("images", List(Image(mode="RGB")))
