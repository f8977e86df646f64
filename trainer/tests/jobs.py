"""Jobs for the micro model: six steps of four sequences."""

from copy import deepcopy

ROLLOUTS = {
    "engine": "transformers",
    "server": None,
    "memoryShare": 0.3,
    "maxLength": None,
    "sleep": False,
    "tensorParallel": 1,
}


def sft_job(micro, folder, output, **changes):
    job = training(micro, folder, output, "sft") | {"batchSize": 4, "perDeviceBatchSize": 2}
    job |= {"validation": {"rows": str(folder / "sft.jsonl"), "images": str(folder / "images")}}
    return changed(job, changes)


def grpo_job(micro, folder, output, reward_socket, **changes):
    """Two prompts per step, two completions each, in two forward passes of two."""
    job = training(micro, folder, output, "grpo")
    job |= {"promptsPerStep": 2, "generations": 2, "perDeviceBatchSize": 2}
    job |= {"temperature": 1.0, "beta": 0.04, "epsilon": 0.2, "maxCompletionLength": 12, "klGradient": "k3"}
    job |= {"rollouts": ROLLOUTS, "redraws": 0}
    job |= {"rewardSocket": str(reward_socket), "rewardNames": ["even", "short"]}
    return changed(job, changes)


BRANCH = {"width": 10, "bottleneck": 4, "layers": 2, "experts": 3, "active": 2}
WEIGHTS = {"sft": 1, "distil": 0.1, "auxiliary": 0.001, "tone": 0.1}


def distill_job(micro, folder, output, features, **changes):
    """`features`: folder of the teacher's, of width 6, or None."""
    job = training(micro, folder, output, "sft") | {"job": "distill", "adapter": None}
    del job["lora"], job["gradientCheckpointing"]
    job |= {"batchSize": 4, "perDeviceBatchSize": 2, "validation": None, "features": features and str(features)}
    settings = {"width": 6, "rank": 3, "reads": "picture", "biasScale": 1.5, "weights": WEIGHTS, "branch": None}
    return changed(job | {"distillation": settings}, changes)


def soreb_job(micro, folder, output, reward_socket, **changes):
    """Two prompts per step, two completions each, in two forward passes of two."""
    job = training(micro, folder, output, "grpo") | {"job": "soreb"}
    job |= {"promptsPerStep": 2, "generations": 2, "perDeviceBatchSize": 2}
    job |= {"temperature": 1.0, "baselineDecay": 0.5, "maxCompletionLength": 12}
    job |= {"rewardSocket": str(reward_socket), "rewardNames": ["even", "short"]}
    return changed(job, changes)


def training(micro, folder, output, name):
    return {
        "schema": 1,
        "job": name,
        "seed": 7,
        "threads": 1,
        "precision": "fp32",
        "model": str(micro / "base"),
        "output": str(output),
        "adapter": str(micro / "adapter"),
        "lora": {"rank": 4, "alpha": 8, "dropout": 0.1},
        "resume": None,
        "data": {"rows": str(folder / f"{name}.jsonl"), "images": str(folder / "images")},
        "plan": {"maxSteps": 6, "stopAt": 6, "saveEvery": 3, "stay": False},
        "optimiser": {"learningRate": 1e-3, "warmupRatio": 0.1, "weightDecay": 0, "maxGradNorm": 1},
        "gradientCheckpointing": False,
        "attention": "sdpa",
        "tracking": [],
    }


def changed(job, changes):
    """`plan={"stopAt": 3}` changes one field of the plan and keeps the others; None at the top replaces."""
    job = deepcopy(job)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(job.get(name), dict)
        job[name] = {**job[name], **value} if both else value
    return job
