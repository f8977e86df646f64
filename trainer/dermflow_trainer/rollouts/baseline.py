"""REINFORCE with a baseline: what a completion earned beyond a moving average of rewards, times its log-probability.

The average is of the steps before, so that no completion is compared with itself; the first step's is its own mean. It
is a part of the trainer's state, and stands in every checkpoint."""

import json
import os

import torch
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from dermflow_trainer.rollouts.order import OrderedGRPOTrainer

STATE = "baseline.json"


class Baseline:
    def __init__(self, decay):
        self.decay = decay
        # None before the first step.
        self.value = None

    def advantages(self, rewards):
        """Of a step's rewards, all ranks' together; then the average takes them in."""
        mean = rewards.mean().item()
        before = mean if self.value is None else self.value
        self.value = self.decay * before + (1 - self.decay) * mean
        return rewards - before, before


class ReinforceTrainer(OrderedGRPOTrainer):
    """TRL's trainer samples, asks for rewards and keeps the order; advantages and loss are those of REINFORCE."""

    def compare_with(self, baseline):
        self.baseline = baseline

    def _calculate_rewards(self, *arguments, **keywords):
        self.earned = super()._calculate_rewards(*arguments, **keywords)
        return self.earned

    def _generate_and_score_completions(self, inputs):
        output = super()._generate_and_score_completions(inputs)
        advantages, compared = self.baseline.advantages(self.earned.sum(1))
        self._metrics["train"]["baseline"].append(compared)
        start = self.accelerator.process_index * len(inputs)
        output["advantages"] = advantages[start : start + len(inputs)]
        return output

    def _compute_loss(self, model, inputs):
        kept, mask = inputs["completion_ids"].shape[1], inputs["completion_mask"]
        names = ("pixel_values", "image_grid_thw", "num_images", "pixel_attention_mask", "spatial_shapes", "num_tiles")
        names += ("image_sizes", "token_type_ids", "mm_token_type_ids", "image_position_ids")
        log_probs, entropies, _ = self._get_per_token_logps_and_entropies(
            model,
            torch.cat([inputs["prompt_ids"], inputs["completion_ids"]], 1),
            torch.cat([inputs["prompt_mask"], mask], 1),
            kept,
            compute_entropy=True,
            **{name: inputs[name] for name in names if name in inputs},
        )
        sums = self.accelerator.reduce(torch.stack([(entropies * mask).sum(), mask.sum()]).detach(), "sum")
        self._metrics["train"]["entropy"].append((sums[0] / sums[1].clamp(min=1)).item())
        loss = -(inputs["advantages"] * (log_probs * mask).sum(1)).mean()
        return loss / self.current_gradient_accumulation_steps

    def _save_checkpoint(self, model, trial):
        super()._save_checkpoint(model, trial)
        if self.args.should_save:
            folder = f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}"
            with open(os.path.join(self.args.output_dir, folder, STATE), "w", encoding="utf-8") as file:
                json.dump({"value": self.baseline.value}, file)

    def _load_optimizer_and_scheduler(self, checkpoint):
        super()._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is not None:
            with open(os.path.join(checkpoint, STATE), encoding="utf-8") as file:
                self.baseline.value = json.load(file)["value"]
