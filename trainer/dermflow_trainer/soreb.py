"""SOREB, the second stage of a DermEval evaluator: REINFORCE on the evaluations that the policy writes, rewarded by how
near its scores are to a physician's. What a score is, the other side knows: here a reward is a number."""

from trl import GRPOConfig

from dermflow_trainer import grpo
from dermflow_trainer.model import check_image_sizes, load_policy, load_processor, prepare_torch
from dermflow_trainer.rewards import Rewards
from dermflow_trainer.rollouts.baseline import Baseline, ReinforceTrainer
from dermflow_trainer.rows import chat_dataset, read_rows
from dermflow_trainer.stretch import Stretch
from dermflow_trainer.tuning.passed import passed_on, refusing
from dermflow_trainer.tuning.tiles import with_fitting_tiles

# What GRPO has and this has not: a reference, a clipped ratio, another sampler than the policy.
WITHOUT = {
    "beta": 0.0,
    "klGradient": "k3",
    "epsilon": 0.2,
    "rollouts": {"engine": "transformers"},
}


def run(job, events):
    stretch = Stretch(job, events)
    rows = read_rows(job["data"], completion=False)
    processor = load_processor(job)
    check_image_sizes(rows, processor)
    prepare_torch(job)
    rewards = Rewards(job)
    stretch.on_next = rewards.follow
    with refusing(job, stretch):
        trainer = ReinforceTrainer(
            model=with_fitting_tiles(load_policy(stretch.job)),
            reward_funcs=rewards.functions(),
            args=GRPOConfig(**arguments(job, processor), **passed_on(GRPOConfig, job)),
            train_dataset=chat_dataset(rows, completion=False),
            processing_class=processor,
        )
        trainer.compare_with(Baseline(job["baselineDecay"]))
        return stretch.run(trainer)


def arguments(job, processor):
    """As GRPO's, except for what this trainer does by itself."""
    return {**grpo.arguments({**job, **WITHOUT}, processor), "scale_rewards": "none"}
