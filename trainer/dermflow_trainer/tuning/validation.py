"""Validation of GRPO: the mean reward of greedy answers, which draw no random number and leave no mark on training."""

import torch

from dermflow_trainer.inference.generate import generate
from dermflow_trainer.job import rank, world_size

# By domain/rewards/milestones.ts.
NAME = "validation_reward"


def validate(trainer, processor, rewards, rows, leave):
    """Values to log, the components of the reward each by its name. Ranks share the rows; `leave` is called between
    batches, by all ranks as often."""
    job, model = rewards.job, trainer.accelerator.unwrap_model(trainer.model)
    was_training = model.training
    model.eval()
    own, size = rows[rank() :: world_size()], job["perDeviceBatchSize"]
    ids, completions = [], []
    for start in range(0, -(-len(rows) // world_size()), size):
        leave()
        batch = own[start : start + size]
        if batch:
            settings = {"maxNewTokens": job["maxCompletionLength"]}
            tokens = generate(model, processor, batch, settings, trainer.args.device)
            ids += [row["id"] for row in batch]
            completions += [processor.tokenizer.decode(each, skip_special_tokens=True) for each in tokens]
    model.train(was_training)
    scored = rewards.of(trainer.state.global_step, ids, completions)
    means = {f"{NAME}/{name}": mean(values, trainer) for name, values in scored.items()}
    weights = job.get("trl", {}).get("reward_weights") or [1] * len(means)
    return {NAME: sum(weight * each for weight, each in zip(weights, means.values(), strict=True)), **means}


def mean(values, trainer):
    """Over all ranks."""
    both = torch.tensor([sum(values), len(values)], dtype=torch.float64, device=trainer.args.device)
    if world_size() > 1:
        torch.distributed.all_reduce(both)
    return (both[0] / both[1]).item()
