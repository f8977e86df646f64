"""What a test records or changes inside the trainer's process, called there before `main`."""

import json
import os
import resource

import torch
from state import snapshot
from trl import SFTTrainer

from dermflow_trainer import grpo, sft
from dermflow_trainer.interruption import Interruption
from dermflow_trainer.job import rank
from dermflow_trainer.order import OrderedGRPOTrainer
from dermflow_trainer.stretch import Stretch


class RecordingGRPO(OrderedGRPOTrainer):
    """Stores each forward pass of the loss: its inputs, the policy's log-probs, and the advantages."""

    passes = ()

    def _get_per_token_logps_and_entropies(self, *arguments, **keywords):
        result = super()._get_per_token_logps_and_entropies(*arguments, **keywords)
        self.last_logps = result[0].detach().clone()
        return result

    def _compute_loss(self, model, inputs):
        loss = super()._compute_loss(model, inputs)
        names = ("prompt_ids", "prompt_mask", "completion_ids", "completion_mask", "advantages", "ref_per_token_logps")
        record = {name: inputs[name].detach().clone() for name in names} | {"logps": self.last_logps}
        self.passes = [*self.passes, record | {"step": self.state.global_step + 1}]
        torch.save(self.passes, os.path.join(self.args.output_dir, f"passes-{rank()}.pt"))
        return loss


class GradientGRPO(RecordingGRPO):
    """Stores, besides, the gradient of each step."""

    gradients = ()

    def _clip_grad_norm(self, model):
        gradient = {name: p.grad.clone() for name, p in self.model.named_parameters() if p.grad is not None}
        self.gradients = {**dict(self.gradients), self.state.global_step + 1: gradient}
        torch.save(self.gradients, os.path.join(self.args.output_dir, "gradients.pt"))
        return super()._clip_grad_norm(model)


class MixedUpGRPO(RecordingGRPO):
    """The released trainer's defect: prompts repeated as p0 p0 p1 p1, their images as i0 i1 i0 i1."""

    def _generate_and_score_completions(self, inputs):
        output = super()._generate_and_score_completions(inputs)
        images = torch.split(output["pixel_values"], output["image_grid_thw"].prod(-1).tolist())
        output["pixel_values"] = torch.cat(images[:: self.num_generations] * self.num_generations)
        return output


class ReplayingGRPO(OrderedGRPOTrainer):
    """Completions out of a file, one list of token ids a generation, in the order of the whole batch over all ranks."""

    generation = 0

    def _generate_single_turn(self, prompt_ids, *arguments, **keywords):
        with open(os.environ["COMPLETIONS"], encoding="utf-8") as file:
            everything = json.load(file)[self.generation]
        self.generation += 1
        start = rank() * len(prompt_ids)
        return everything[start : start + len(prompt_ids)], None


class StarvedSFT(SFTTrainer):
    """Asks in its first step for more memory than its process may have."""

    def training_step(self, *arguments, **keywords):
        with open("/proc/self/statm", encoding="ascii") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + 2**28, size + 2**28))
        return torch.empty(2**30)


def record_passes():
    grpo.OrderedGRPOTrainer = RecordingGRPO


def record_gradients():
    grpo.OrderedGRPOTrainer = GradientGRPO


def mix_up_images():
    grpo.OrderedGRPOTrainer = MixedUpGRPO


def replay_completions():
    grpo.OrderedGRPOTrainer = ReplayingGRPO


def allow_every_token():
    grpo.OrderedGRPOTrainer = RecordingGRPO
    grpo.unspeakable_tokens = lambda tokenizer: []


def starve():
    sft.SFTTrainer = StarvedSFT


def watch_state():
    """Stores a snapshot of the trainer after each step."""
    run, on_step_end = Stretch.run, Stretch.on_step_end
    trainers, snapshots = [], []

    def run_watched(self, trainer):
        trainers.append(trainer)
        return run(self, trainer)

    def end_watched(self, args, *arguments, **keywords):
        control = on_step_end(self, args, *arguments, **keywords)
        snapshots.append(snapshot(trainers[0]))
        with open(os.path.join(args.output_dir, "snapshots.json"), "w", encoding="utf-8") as file:
            json.dump(snapshots, file)
        return control

    Stretch.run, Stretch.on_step_end = run_watched, end_watched


def ask_to_stop():
    """A signal that comes while the libraries are loaded."""
    Interruption.asked = True


def record_arguments():
    """Stores the arguments that the trainer itself has."""
    run = Stretch.run

    def run_recorded(self, trainer):
        os.makedirs(trainer.args.output_dir, exist_ok=True)
        with open(os.path.join(trainer.args.output_dir, "arguments.json"), "w", encoding="utf-8") as file:
            json.dump(trainer.args.to_dict(), file, default=str)
        return run(self, trainer)

    Stretch.run = run_recorded


def ask_in_the_first_step():
    on_step_end = Stretch.on_step_end

    def asked(self, args, state, *arguments, **keywords):
        Interruption.asked = True
        return on_step_end(self, args, state, *arguments, **keywords)

    Stretch.on_step_end = asked
