"""Rows of a job (`chatRowSchema`): a prompt with images, and for SFT its completion."""

import os

from dermflow_trainer.failures import BadInput
from dermflow_trainer.schema import mismatch, parse


def read_rows(data, *, completion):
    """Rows as dictionaries, image names made paths. `completion`: whether every row must have one."""
    rows = []
    with open(data["rows"], encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = parse(line)
            except ValueError as error:
                raise BadInput(f"{data['rows']}: line {number}: {error}") from error
            problem = mismatch(row, "row")
            if problem is None and completion and "completion" not in row:
                problem = "field completion: missing"
            if problem:
                raise BadInput(f"{data['rows']}: line {number}: {problem}")
            rows.append({**row, "images": [os.path.join(data["images"], name) for name in row["images"]]})
    if not rows:
        raise BadInput(f"{data['rows']}: no rows")
    for path in sorted({path for row in rows for path in row["images"]}):
        if not os.path.isfile(path):
            raise BadInput(f"{data['rows']}: there is no image {path}")
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
