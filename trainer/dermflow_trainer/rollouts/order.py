"""The order of prompts: a function of seed, epoch and position, in one process or many, however often a run is resumed.

TRL's sampler draws each epoch's permutation from a generator that no checkpoint holds, so a process that resumes after
the first epoch would draw the first epoch's order again. The sampler here takes the epoch from the trainer's state,
which every checkpoint holds, and yields what TRL's yields in a run that is never stopped. SFT needs none of its own:
Accelerate's sampler is seeded by the epoch (tests/test_every_stop.py holds both).
"""

import torch
from trl import GRPOTrainer
from trl.trainer.utils import RepeatSampler


class ShuffledPrompts(RepeatSampler):
    """TRL's repeated prompts. `epoch`: a function that returns the number of epochs that are complete."""

    def __init__(self, *arguments, epoch, **keywords):
        super().__init__(*arguments, **keywords)
        self.epoch = epoch

    def __iter__(self):
        self.generator.manual_seed(self.seed)
        for _ in range(self.epoch()):
            torch.randperm(self.num_samples, generator=self.generator)
        yield from super().__iter__()


class OrderedGRPOTrainer(GRPOTrainer):
    def _get_train_sampler(self, dataset=None):
        args = self.args
        return ShuffledPrompts(
            data_source=self.train_dataset if dataset is None else dataset,
            mini_repeat_count=self.num_generations,
            batch_size=args.generation_batch_size // self.num_generations,
            repeat_count=self.num_iterations * args.steps_per_generation,
            seed=args.seed,
            # Where an epoch begins, or a resume inside one: its fraction counts the steps inside.
            epoch=lambda: int(self.state.epoch),
        )
