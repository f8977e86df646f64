"""A model of the true size through the trainer: settings of recipes/skin-r1.yaml on one device, rows as long as
`dermflow plan` reckons with."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "trainer" / part) for part in ("tests", ".")]

from trainers import Waiting  # noqa: E402

RECIPE = {
    **{"schema": 1, "seed": 42, "resume": None, "tracking": []},
    "lora": {"rank": 64, "alpha": 32, "dropout": 0.1},
    "optimiser": {"learningRate": 3e-5, "warmupRatio": 0.03, "weightDecay": 0, "maxGradNorm": 1},
    "gradientCheckpointing": True,
    "attention": "sdpa",
}
ROLLOUTS = {
    **{"engine": "transformers", "server": None, "memoryShare": 0.3},
    **{"maxLength": None, "sleep": False, "tensorParallel": 1},
}


@dataclass
class Part:
    """A job, and how its trainer is started; `most`: its seconds."""

    name: str
    job: dict
    most: int = 60
    clocked: bool = False
    environment: dict = field(default_factory=dict)


class Jobs:
    def __init__(self, model, rows, output, *, threads, precision):
        self.like = {"threads": threads, "model": str(model)}
        self.precision = precision
        self.rows, self.output = rows, output

    def common(self, kind, name):
        data = {"rows": str(self.rows / f"{kind}.jsonl"), "images": str(self.rows / "images")}
        return {**self.like, "precision": self.precision, "output": str(self.output / name), "data": data}

    def sft(self, name, steps, *, batch=2, **changes):
        sizes = {"batchSize": batch, "perDeviceBatchSize": 1, "validation": None, "plan": plan(steps, steps)}
        return {**deepcopy(RECIPE), **self.common("sft", name), "job": "sft", "adapter": None, **sizes, **changes}

    def grpo(self, name, steps, socket, tokens, prompts):
        return {
            **deepcopy(RECIPE),
            **self.common("grpo", name),
            **{"job": "grpo", "adapter": str(self.output / "sft-plain/adapter")},
            **{"promptsPerStep": prompts, "generations": 4, "perDeviceBatchSize": 2, "plan": plan(1657, steps)},
            **{"temperature": 1, "beta": 0.04, "klGradient": "k3", "epsilon": 0.2},
            **{"maxCompletionLength": tokens, "rollouts": ROLLOUTS, "redraws": 0},
            **{"rewardSocket": socket, "rewardNames": ["even", "short"]},
            "optimiser": {**RECIPE["optimiser"], "learningRate": 1e-5},
        }

    def generate(self, name, tokens):
        return {
            **{"schema": 1, "job": "generate", "seed": 42},
            **self.common("grpo", name),
            **{"batchSize": 16, "maxNewTokens": tokens, "adapter": str(self.output / "sft-plain/adapter")},
        }


def plan(steps, stop_at):
    return {"maxSteps": steps, "stopAt": stop_at, "saveEvery": stop_at, "stay": False}


def waves_of(jobs, socket, *, completion, answer, steps, prompts):
    """Parts by waves, those of one at the same time. `completion`, `answer`: tokens of GRPO's completions and of the
    evaluation's answers."""
    nf4 = {**RECIPE["lora"], "quantise": "nf4"}
    absurd = {"perDeviceBatchSize": 64, "gradientCheckpointing": False}
    bits = {"PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], os.environ.get("BITSANDBYTES", "")])}

    def few(name):
        return jobs.sft(name, 4, batch=1)

    return [
        [Part("sft", jobs.sft("sft", steps), 110, True, {"RELAX_AT": "10,20"})],
        [Part("sft-plain", few("sft-plain"))],
        [Part("absurd", jobs.sft("absurd", 1, batch=64, **absurd))],
        [Part("grpo", jobs.grpo("grpo", 1, socket, completion, prompts), 280, True)],
        [
            Part("sft-again", few("sft-again")),
            Part("paged", jobs.sft("paged", 5, trl={"optim": "paged_adamw_8bit"}), 60, True, bits),
            Part("generate", jobs.generate("generate", answer)),
        ],
        [
            Part("strict", few("strict"), 60, True, {"STRICT": "1"}),
            Part("strict-again", few("strict-again"), 60, True, {"STRICT": "1"}),
            Part("nf4", jobs.sft("nf4", 10, lora=nf4), 60, True, bits),
        ],
    ]


def perform(waves, jobs, logs, report, left):
    """The trainers of the next wave import their libraries while those before them compute."""

    def waiting(wave):
        return [
            Waiting(logs, part.name, jobs.like, clocked=part.clocked, environment=part.environment) for part in wave
        ]

    def finish(part, trainer):
        report.add(part.name, trainer.run(part.job, left(part.most)))
        # Memory on disk may be the machine's own.
        for checkpoint in Path(part.job["output"]).glob("checkpoint-*"):
            shutil.rmtree(checkpoint)

    ready = waiting(waves[0]) if waves else []
    for i, wave in enumerate(waves):
        present, ready = ready, waiting(waves[i + 1] if i + 1 < len(waves) else [])
        with ThreadPoolExecutor() as pool:
            list(pool.map(finish, wave, present))
    for name, again in (("sft-plain", "sft-again"), ("strict", "strict-again")):
        report.add(f"{name} repeats", repeats(jobs.output / name, jobs.output / again))


def repeats(first, second):
    from comparing import adapter_of, digest

    folders = [folder / "adapter" for folder in (first, second)]
    if not all(folder.is_dir() for folder in folders):
        return None
    return len({digest(adapter_of(folder)) for folder in folders}) == 1
