"""Seconds of the trainer's `generate` with and without the adapters of a distillation. The first line on stdin names the
model and what it is asked; each further line names the model that is asked it, and is answered by the seconds. The
adapters' weights are such that they change no answer, so that all write the same tokens."""

import json
import sys
import time

import torch

from dermflow_trainer.distillation.adapters import Adapters, attach, shape_of
from dermflow_trainer.inference.generate import generate
from dermflow_trainer.model import load_base, load_processor, prepare_torch

# Sizes are those of the public code; rank and width do not follow the model's.
PUBLISHED = {"width": 1024, "rank": 64, "reads": "picture", "biasScale": 1.5, "branch": None}
BRANCH = {"width": 1024, "bottleneck": 64, "layers": 4, "experts": 8, "active": 2}
VARIANTS = {
    "picture": PUBLISHED,
    "picture-and-text": PUBLISHED | {"reads": "picture-and-text"},
    "branch": PUBLISHED | {"branch": BRANCH},
}


def main():
    settings = json.loads(sys.stdin.readline())
    job = {"model": settings["model"], "threads": settings["threads"], "seed": 0, "precision": "fp32", "lora": {}}
    prepare_torch(job)
    processor = load_processor(job)
    models = {"plain": load_base(job).eval()}
    for name, layers in VARIANTS.items():
        base = load_base(job).eval()
        torch.manual_seed(0)
        adapters = Adapters(layers, shape_of(base))
        adapters.vocabulary[:] = True
        models[name] = attach(base, adapters)
    rows, size, asked = settings["rows"], settings["batch"], {"maxNewTokens": settings["maxNewTokens"]}
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        model = models[json.loads(line)["which"]]
        begun, computed = time.perf_counter(), time.process_time()
        for start in range(0, len(rows), size):
            generate(model, processor, rows[start : start + size], asked, "cpu")
        spent = {"seconds": time.perf_counter() - begun, "processor": time.process_time() - computed}
        print(json.dumps(spent), flush=True)


if __name__ == "__main__":
    main()
