"""A model of its own out of a base and an adapter, in the layout that Transformers loads without PEFT."""

from contextlib import suppress

import torch
from transformers import GenerationConfig

from dermflow_trainer.base_model.source import source_of
from dermflow_trainer.model import DTYPES, adapted, load_base, load_processor


def run(job, events):
    """The sum is made in float32 and then stored in the job's precision."""
    torch.set_num_threads(job["threads"])
    events.started(step=0, max_steps=1, trainable_parameters=0)
    base = load_base({**job, "precision": "fp32", "adapter": None})
    model = adapted(base, job).merge_and_unload(safe_merge=True).to(DTYPES[job["precision"]])
    # The base's own way to answer, which plays no part in training and evaluation, is the reader's.
    with suppress(OSError):
        name, revision = source_of(job["model"])
        model.generation_config = GenerationConfig.from_pretrained(name, **revision)
    model.save_pretrained(job["output"])
    load_processor(job).save_pretrained(job["output"])
    events.progress(1, 1)
    return {"model": job["output"]}
