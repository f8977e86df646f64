"""What a test records or changes inside the trainer's process, called there before `main`."""

import json
import os
import resource
import sys
from types import SimpleNamespace

import torch
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedType
from state import snapshot
from trl import SFTTrainer
from trl.trainer import grpo_trainer, utils

from dermflow_trainer import grpo, job, sft, soreb, stretch
from dermflow_trainer.distillation import distiller
from dermflow_trainer.distillation import job as distill
from dermflow_trainer.interruption import Interruption
from dermflow_trainer.job import rank
from dermflow_trainer.rollouts import baseline
from dermflow_trainer.rollouts.order import OrderedGRPOTrainer
from dermflow_trainer.stretch import Stretch

KINDS = (("frozen", False), ("trained", True))


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
        record = {name: inputs[name].detach().cpu().clone() for name in names} | {"logps": self.last_logps.cpu()}
        self.passes = [*self.passes, record | {"step": self.state.global_step + 1}]
        torch.save(self.passes, os.path.join(self.args.output_dir, f"passes-{rank()}.pt"))
        return loss


class GradientGRPO(RecordingGRPO):
    """Stores, besides, the gradient of each step."""

    gradients = ()

    def _clip_grad_norm(self, model):
        gradient = {name: p.grad.cpu().clone() for name, p in self.model.named_parameters() if p.grad is not None}
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


class UnevenGRPO(OrderedGRPOTrainer):
    """Rank 1 samples 4 tokens, rank 0 as many as the job says."""

    def _generate_single_turn(self, *arguments, **keywords):
        if rank() == 1:
            self.generation_config.max_new_tokens = 4
        return super()._generate_single_turn(*arguments, **keywords)


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


class StandIn:
    """In place of TRL's client of vLLM: the trainer's own model samples, and its log-probs are told a little lower."""

    def __init__(self, model, accelerator, processing_class, max_completion_length, generation_kwargs, **_):
        self.model, self.processor, self.length = model, processing_class, max_completion_length
        self.unspeakable = list(generation_kwargs["logit_bias"])
        self.vllm_client = self

    def get_server_info(self):
        return {"model_config": {"logprobs_mode": "processed_logprobs"}}

    def sync_weights(self):
        sys.stderr.write("stand-in: weights\n")

    def generate(self, prompts, images, num_generations, profiler):
        completions, logprobs = [], []
        for i, (prompt, pictures) in enumerate(zip(prompts, images, strict=True)):
            pixels = self.processor.image_processor(pictures, return_tensors="pt")
            ids = torch.tensor([prompt])
            kinds = (ids == self.processor.image_token_id).long()
            told = self.model.generate(
                input_ids=ids,
                **pixels,
                mm_token_type_ids=kinds,
                do_sample=True,
                max_new_tokens=self.length,
                suppress_tokens=self.unspeakable,
                eos_token_id=self.processor.tokenizer.eos_token_id,
                pad_token_id=self.processor.tokenizer.pad_token_id,
                return_dict_in_generate=True,
                output_logits=True,
            )
            tokens = told.sequences[0, len(prompt) :]
            rows = torch.stack(told.logits)[:, 0].log_softmax(-1)
            below = 0.01 + 0.01 * (i % 2)
            own = rows[torch.arange(len(tokens)), tokens] - below
            completions.append(tokens.tolist())
            logprobs.append([[value] for value in own.tolist()])
        return prompts, completions, logprobs, None


def stand_in_for_vllm():
    grpo_trainer.VLLMGeneration = StandIn
    job.missing_software = lambda job: ()


def record_advantages():
    """Stores the first step's completions and their rewards, in order."""
    inner = OrderedGRPOTrainer._calculate_rewards

    def recorded(self, inputs, prompts, completions, completion_ids_list):
        rewards = inner(self, inputs, prompts, completions, completion_ids_list)
        if self.state.global_step == 0:
            record = {"completions": completion_ids_list, "rewards": rewards.sum(1).tolist()}
            torch.save(record, os.path.join(self.args.output_dir, "completions.pt"))
        return rewards

    OrderedGRPOTrainer._calculate_rewards = recorded


def watch_dtypes():
    """Autocast to bf16 also on a CPU, and the types of weights and products at the end of each step."""
    common = stretch.common_arguments
    products = set()

    def with_autocast(job):
        return {**common(job), "bf16": True, "use_cpu": True}

    def watch(module, inputs, output):
        if module.training and torch.is_grad_enabled():
            products.add(output.dtype)

    on_train_begin, on_step_end = Stretch.on_train_begin, Stretch.on_step_end

    def begin_watched(self, args, state, control, model=None, **more):
        for name, module in model.named_modules():
            if name.endswith("lora_A.default"):
                module.register_forward_hook(watch)
        return on_train_begin(self, args, state, control, model=model, **more)

    def end_watched(self, args, state, control, model=None, **more):
        dtypes = {kind: {p.dtype for p in model.parameters() if p.requires_grad is trained} for kind, trained in KINDS}
        torch.save({**dtypes, "products": products}, os.path.join(args.output_dir, "dtypes.pt"))
        return on_step_end(self, args, state, control, model=model, **more)

    sft.common_arguments = grpo.common_arguments = with_autocast
    Stretch.on_train_begin, Stretch.on_step_end = begin_watched, end_watched


def tell_devices():
    on_train_begin = Stretch.on_train_begin

    def begin_told(self, *arguments, **keywords):
        sys.stderr.write(f"devices in sight: {os.environ.get('CUDA_VISIBLE_DEVICES')}\n")
        return on_train_begin(self, *arguments, **keywords)

    Stretch.on_train_begin = begin_told


def shard_on_cpu():
    """Accelerate turns to FSDP where the processes have accelerators; here where they have none, too."""
    init = AcceleratorState.__init__

    def with_shards(self, *arguments, fsdp_plugin=None, **keywords):
        init(self, *arguments, fsdp_plugin=fsdp_plugin, **keywords)
        if self.distributed_type == DistributedType.MULTI_CPU:
            self.distributed_type = DistributedType.FSDP
            self.fsdp_plugin = fsdp_plugin or self.fsdp_plugin

    AcceleratorState.__init__ = with_shards


def shard_and_sample_unevenly():
    shard_on_cpu()
    grpo.OrderedGRPOTrainer = UnevenGRPO


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


class RecordingDistiller(distiller.Distiller):
    """Stores the gradients of a step, of each loss and of their sum, and the names of what the optimiser has."""

    def note(self, mode, means, right):
        named = dict(self.model.adapters.named_parameters())
        self.terms = getattr(self, "terms", {})
        for term, mean in means.items():
            found = torch.autograd.grad(mean, [*named.values()], retain_graph=True, allow_unused=True)
            own = self.terms.setdefault(term, {})
            for name, gradient in zip(named, found, strict=True):
                if gradient is not None:
                    own[name] = own.get(name, 0) + gradient
        super().note(mode, means, right)

    def _clip_grad_norm(self, model):
        named = dict(self.model.adapters.named_parameters())
        held = {id(p) for group in self.optimizer.param_groups for p in group["params"]}
        record = {
            "gradients": {name: p.grad.clone() for name, p in named.items()},
            "terms": self.terms,
            "optimised": {name for name, p in named.items() if id(p) in held},
        }
        torch.save(record, os.path.join(self.args.output_dir, "gradients.pt"))
        return super()._clip_grad_norm(model)


def record_distillation():
    distill.Distiller = RecordingDistiller


class RecordingReinforce(baseline.ReinforceTrainer):
    """Stores each pass of the loss with its advantages and the baseline after it, and the gradient of each step."""

    passes, gradients = (), ()

    def _compute_loss(self, model, inputs):
        loss = super()._compute_loss(model, inputs)
        names = ("prompt_ids", "prompt_mask", "completion_ids", "completion_mask", "advantages")
        record = {name: inputs[name].detach().clone() for name in names}
        more = {"step": self.state.global_step + 1, "loss": loss.item(), "baseline": self.baseline.value}
        self.passes = [*self.passes, record | more]
        torch.save(self.passes, os.path.join(self.args.output_dir, "passes-0.pt"))
        return loss

    def _clip_grad_norm(self, model):
        gradient = {name: p.grad.clone() for name, p in self.model.named_parameters() if p.grad is not None}
        self.gradients = {**dict(self.gradients), self.state.global_step + 1: gradient}
        torch.save(self.gradients, os.path.join(self.args.output_dir, "gradients.pt"))
        return super()._clip_grad_norm(model)


def record_reinforce():
    soreb.ReinforceTrainer = RecordingReinforce


def record_tiles():
    """Writes to stderr how many words a tile holds and how many there are."""
    apply = utils._ChunkedLogProbFunction.apply

    def recorded(hidden, weight, bias, targets, temperature, chunk_size, *arguments):
        sys.stderr.write(f"tile of {chunk_size} for {len(weight)}\n")
        return apply(hidden, weight, bias, targets, temperature, chunk_size, *arguments)

    utils._ChunkedLogProbFunction = SimpleNamespace(apply=recorded)


def leave_tiles():
    record_tiles()
    for module in (sft, grpo, soreb):
        module.with_fitting_tiles = lambda policy: policy
