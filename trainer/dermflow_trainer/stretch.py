"""One stretch of a plan: from a checkpoint, or the start, to `stopAt`, inside a schedule over `maxSteps`."""

import json
import math
import os

import torch
from transformers import TrainerCallback

from dermflow_trainer.base_model.sharding import add_adapters, is_sharded, whole_adapters
from dermflow_trainer.failures import BadInput, Diverged, Interrupted
from dermflow_trainer.inbox import Inbox
from dermflow_trainer.interruption import Interruption
from dermflow_trainer.job import load_job, step_size, world_size
from dermflow_trainer.logged import NAMES
from dermflow_trainer.meter import Meter
from dermflow_trainer.numerics import numerics
from dermflow_trainer.tuning.traces import without_traces


def common_arguments(job):
    """What the configurations of SFT and GRPO have in common. Saving and stopping are the callback's."""
    optimiser = job["optimiser"]
    return dict(
        output_dir=job["output"],
        seed=job["seed"],
        data_seed=job["seed"],
        max_steps=job["plan"]["maxSteps"],
        per_device_train_batch_size=job["perDeviceBatchSize"],
        gradient_accumulation_steps=step_size(job) // (job["perDeviceBatchSize"] * world_size()),
        learning_rate=optimiser["learningRate"],
        warmup_steps=optimiser["warmupRatio"],
        weight_decay=optimiser["weightDecay"],
        max_grad_norm=optimiser["maxGradNorm"],
        optim="adamw_torch_fused",
        adam_beta1=0.9,
        adam_beta2=0.999,
        adam_epsilon=1e-8,
        lr_scheduler_type="cosine",
        lr_scheduler_kwargs=None,
        # The loss is averaged over the tokens of the whole step, whatever devices hold them.
        average_tokens_across_devices=True,
        label_smoothing_factor=0.0,
        neftune_noise_alpha=None,
        use_liger_kernel=False,
        auto_find_batch_size=False,
        torch_compile=False,
        train_sampling_strategy="random",
        dataloader_drop_last=False,
        ignore_data_skip=False,
        full_determinism=False,
        gradient_checkpointing=job["gradientCheckpointing"],
        # Re-entrant checkpoints lose the gradients of an adapter on a frozen base.
        gradient_checkpointing_kwargs={"use_reentrant": False},
        ddp_find_unused_parameters=False,
        bf16=job["precision"] == "bf16" and torch.cuda.is_available(),
        fp16=False,
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="no",
        eval_strategy="no",
        report_to=job["tracking"] or "none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_num_workers=0,
    )


def is_exact(job):
    """Whether a resumed run repeats an undisturbed one bit for bit: sums are grouped alike only on one CPU thread."""
    return job["threads"] == 1 and not torch.cuda.is_available() and world_size() == 1


# In these the next stretch of a plan may differ from the one before.
OF_STRETCH = ("plan", "output", "resume", "rewardSocket")


class Stretch(TrainerCallback):
    """Reports, saves and stops; or, where the plan says so, stays: at `stopAt` it reports the end as any other and then
    waits for the path of the next stretch's job. A trainer that goes on in this way is one that never stopped."""

    def __init__(self, job, events):
        self.events = events
        self.stop_at = job["plan"]["stopAt"]
        self.start = resumed_step(job["resume"])
        # A run that was ended between its last checkpoint and `finished` has nothing left to train. The checkpoint is
        # a PEFT folder, so it can stand for the adapter.
        self.trained = self.start >= self.stop_at
        self.meter = Meter()
        self.trainer = None
        # Called with the job of the next stretch.
        self.on_next = lambda job: None
        # Called at the end of a stretch; what it returns is logged there.
        self.on_conclude = dict
        # Outputs of the stretch after which this process stayed, until the next one comes.
        self.outputs = None
        # Whether this process has made a step.
        self.stepped = False
        # Steps on the completions of one generation. TRL keeps what is left of them in no checkpoint.
        self.iterations = job.get("trl", {}).get("num_iterations", 1)
        # Writes what was trained, from all ranks, and returns the folder.
        self.save = save_adapter
        self.job = {**job, "adapter": job["resume"], "resume": None} if self.trained else job

    def run(self, trainer):
        """Trains to `stopAt` and evaluates there. Throws `Interrupted` when asked to stop, the state saved."""
        self.trainer = trainer
        trainer.add_callback(self)
        leave_if_asked(trainer.args.device)
        if self.trained:
            self.report_start(trainer.args, self.start, trainer.model)
            trainer.state.global_step = self.start
        else:
            trainer.train(resume_from_checkpoint=self.job["resume"])
        if self.outputs is not None:
            return self.outputs
        # Rank 0 may still be writing; a launcher ends every rank when the first one leaves.
        trainer.accelerator.wait_for_everyone()
        leave_if_asked(trainer.args.device)
        return self.conclude()

    def conclude(self):
        # Not between steps, unless its traces are removed: a data loader draws from the generator whose state the
        # checkpoint keeps.
        if self.trainer.eval_dataset is not None:
            self.trainer.evaluate()
        values = self.on_conclude()
        if values:
            self.events.metrics(self.trainer.state.global_step, values)
        if self.job.get("lora", {}) is None:
            # The checkpoint is a folder of a whole model; it is not written a second time.
            last = os.path.join(self.job["output"], f"checkpoint-{self.trainer.state.global_step}")
            return {"adapter": self.job["adapter"] if self.trained else last}
        return {"adapter": self.save(self.trainer, os.path.join(self.job["output"], "adapter"))}

    def stay(self, control):
        """Reports the stretch's end and waits; goes on, or leaves `control` as it is where the parent asks for that."""
        with without_traces(self.trainer.state):
            outputs = self.conclude()
        self.events.finished(outputs)
        path = Inbox.wait(leave=lambda: Interruption.asked)
        if path is None:
            self.outputs = outputs
            return
        job = load_job(path)
        for field in job.keys() | self.job.keys():
            if field not in OF_STRETCH and job.get(field) != self.job.get(field):
                raise BadInput(f"{path}: field {field}: another than that of the stretch before")
        self.job, self.stop_at = job, job["plan"]["stopAt"]
        self.trainer.args.output_dir = job["output"]
        self.on_next(job)
        self.meter = Meter()
        control.should_training_stop = False
        self.report_start(self.trainer.args, self.trainer.state.global_step, self.trainer.model)

    def report_start(self, args, step, model):
        trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
        self.events.started(
            step=step, max_steps=args.max_steps, trainable_parameters=trainable, numerics=numerics(model)
        )

    def on_train_begin(self, args, state, control, model=None, **_):
        self.report_start(args, state.global_step, model)

    def on_step_end(self, args, state, control, **_):
        self.stepped = True
        if state.global_step % self.iterations:
            return control
        last = state.global_step >= self.stop_at or asked_anywhere(args.device)
        control.should_save = last or state.global_step % self.job["plan"]["saveEvery"] == 0
        control.should_training_stop = control.should_training_stop or last
        return control

    def on_prediction_step(self, args, state, control, **_):
        self.leave()

    def leave(self):
        leave_if_asked(self.trainer.args.device)

    def on_log(self, args, state, control, logs=None, **_):
        values = {NAMES[name]: value for name, value in logs.items() if name in NAMES}
        for name in self.job.get("rewardNames", []):
            if f"rewards/{name}/mean" in logs:
                values[f"reward/{name}"] = logs[f"rewards/{name}/mean"]
        if values:
            self.events.metrics(state.global_step, values)
        if "loss" in values:
            self.events.progress(state.global_step, args.max_steps, self.meter.read(logs.get("num_tokens")))
        # Logging comes before saving, so no checkpoint holds what diverged.
        for name in ("loss", "grad_norm"):
            if name in values and not math.isfinite(values[name]):
                advice = (
                    f"lower learningRate {self.job['optimiser']['learningRate']} and resume from a checkpoint before"
                )
                raise Diverged(f"{name} is {values[name]} at step {state.global_step}; {advice}")

    def on_save(self, args, state, control, **_):
        path = os.path.join(args.output_dir, f"checkpoint-{state.global_step}")
        if is_sharded():
            add_adapters(self.trainer, path)
        self.events.checkpoint(state.global_step, path, is_exact(self.job))
        if self.job["plan"]["stay"] and self.stop_at == state.global_step < args.max_steps and not Interruption.asked:
            self.stay(control)
        return control


def save_adapter(trainer, folder):
    """Every rank takes part, since each may hold a shard; rank 0 writes."""
    policy = trainer.accelerator.unwrap_model(trainer.model)
    weights = whole_adapters(policy) if is_sharded() else trainer.accelerator.get_state_dict(trainer.model_wrapped)
    if trainer.is_world_process_zero():
        policy.save_pretrained(folder, state_dict=weights, selected_adapters=["default"])
    trainer.accelerator.wait_for_everyone()
    return folder


def resumed_step(checkpoint):
    if checkpoint is None:
        return 0
    path = os.path.join(checkpoint, "trainer_state.json")
    try:
        with open(path, encoding="utf-8") as file:
            return int(json.load(file)["global_step"])
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(f"field resume: {path}: {error}; choose a complete checkpoint") from error


def leave_if_asked(device):
    if asked_anywhere(device):
        raise Interrupted


def asked_anywhere(device):
    """Ranks hear a signal at different steps; all must stop at the same one, or the rest wait forever."""
    if world_size() == 1:
        return Interruption.asked
    asked = torch.tensor(int(Interruption.asked), device=device)
    torch.distributed.all_reduce(asked, op=torch.distributed.ReduceOp.MAX)
    # A signal that came during the exchange is for the next one: every rank answers alike.
    return bool(asked.item())
