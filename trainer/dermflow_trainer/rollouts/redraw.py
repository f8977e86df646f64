"""Dynamic sampling: a group whose completions all earn the same has no advantage and teaches nothing, so it is drawn
again, up to a number of times. Each draw is of the whole step, on all ranks and by whatever samples, and only such
groups take it; the others keep their completions."""

import torch

from dermflow_trainer.rollouts.order import OrderedGRPOTrainer


class RedrawingGRPOTrainer(OrderedGRPOTrainer):
    def redraw_by(self, rewards, times):
        """`rewards`: the `Rewards` that score this trainer's completions. `times`: further draws of a step, at most."""
        self.rewards, self.redraws = rewards, times

    def _generate_and_score_completions(self, inputs):
        self.drawn_ids = [row["id"] for row in inputs]
        return super()._generate_and_score_completions(inputs)

    def _generate_single_turn(self, *arguments, **keywords):
        drawn = super()._generate_single_turn(*arguments, **keywords)
        if not self.model.training:
            return drawn
        flat = self.flat_rows(drawn[0])
        self._metrics["train"]["redrawn_share"].append(self.accelerator.gather(flat.float()).mean().item())
        for _ in range(self.redraws):
            if not self.accelerator.gather(flat).any():
                break
            again = super()._generate_single_turn(*arguments, **keywords)
            drawn = replaced(drawn, again, flat.tolist())
            flat = self.flat_rows(drawn[0])
        return drawn

    def flat_rows(self, completion_ids):
        """Whether the group of each of this rank's completions earns one reward throughout; groups may span ranks."""
        texts = self.processing_class.batch_decode(completion_ids, skip_special_tokens=True)
        parts = self.rewards.preview(self.state.global_step + 1, self.drawn_ids, texts)
        device = self.accelerator.device
        own = torch.tensor(list(zip(*parts.values(), strict=True)), device=device) * self.reward_weights.to(device)
        if self.multi_objective_aggregation == "sum_then_normalize":
            own = own.sum(1, keepdim=True)
        groups = self.accelerator.gather(own).view(-1, self.num_generations, own.shape[1])
        flat = (groups.amax(1) - groups.amin(1) < 1e-8).all(1)
        start = self.accelerator.process_index * len(own)
        return flat.repeat_interleave(self.num_generations)[start : start + len(own)]


def replaced(drawn, again, flat):
    """Completions, and their log-probs where the sampler returns them, of `again` where `flat`, else of `drawn`."""
    return tuple(
        None
        if first is None
        else [new if is_flat else old for old, new, is_flat in zip(first, second, flat, strict=True)]
        for first, second in zip(drawn, again, strict=True)
    )
