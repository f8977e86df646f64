"""One stretch of a plan: from a checkpoint, or the start, to `stopAt`, inside a schedule over `maxSteps`."""

import math
import os
import signal

import torch
from transformers import TrainerCallback

from dermflow_trainer.failures import Diverged, Interrupted

# TRL's names made flat; what is not listed is not reported.
NAMES = {
    "loss": "loss",
    "eval_loss": "eval_loss",
    "grad_norm": "grad_norm",
    "learning_rate": "learning_rate",
    "reward": "reward",
    "reward_std": "reward_std",
    "frac_reward_zero_std": "zero_std_share",
    "kl": "kl",
    "entropy": "entropy",
    "completions/mean_length": "completion_length",
    "completions/clipped_ratio": "clipped_share",
    "mean_token_accuracy": "token_accuracy",
}


def common_arguments(job, *, per_device, per_step):
    """What the configurations of SFT and GRPO have in common. Saving is the callback's."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    optimiser = job["optimiser"]
    return dict(
        output_dir=job["output"],
        seed=job["seed"],
        data_seed=job["seed"],
        max_steps=job["plan"]["maxSteps"],
        per_device_train_batch_size=per_device,
        gradient_accumulation_steps=max(1, per_step // (per_device * world)),
        learning_rate=optimiser["learningRate"],
        warmup_steps=optimiser["warmupRatio"],
        weight_decay=optimiser["weightDecay"],
        max_grad_norm=optimiser["maxGradNorm"],
        lr_scheduler_type="cosine",
        gradient_checkpointing=job["gradientCheckpointing"],
        bf16=job["precision"] == "bf16" and torch.cuda.is_available(),
        fp16=False,
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_num_workers=0,
    )


def is_exact(job):
    """Whether a resumed run repeats an undisturbed one bit for bit: sums are grouped alike only on one CPU thread."""
    return job["threads"] == 1 and not torch.cuda.is_available() and int(os.environ.get("WORLD_SIZE", "1")) == 1


class Stretch(TrainerCallback):
    """Reports, saves and stops."""

    def __init__(self, job, events):
        self.job = job
        self.events = events
        self.stop_at = job["plan"]["stopAt"]
        self.interrupted = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.interrupt)

    def interrupt(self, *_):
        self.interrupted = True

    def run(self, trainer):
        """Trains to `stopAt`; saved and interrupted raises `Interrupted`."""
        if self.interrupted:
            raise Interrupted
        trainer.add_callback(self)
        trainer.train(resume_from_checkpoint=self.job["resume"])
        if self.interrupted and trainer.state.global_step < self.stop_at:
            raise Interrupted
        adapter = os.path.join(self.job["output"], "adapter")
        if trainer.is_world_process_zero():
            trainer.accelerator.unwrap_model(trainer.model).save_pretrained(adapter, selected_adapters=["default"])
        return {"adapter": adapter}

    def on_train_begin(self, args, state, control, model=None, **_):
        trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
        self.events.started(step=state.global_step, max_steps=args.max_steps, trainable_parameters=trainable)

    def on_step_end(self, args, state, control, **_):
        self.events.progress(state.global_step, args.max_steps)
        last = state.global_step >= self.stop_at or self.interrupted
        control.should_save = last or state.global_step % self.job["plan"]["saveEvery"] == 0
        control.should_training_stop = control.should_training_stop or last
        if state.global_step >= self.stop_at and self.job.get("validation"):
            control.should_evaluate = True
        return control

    def on_log(self, args, state, control, logs=None, **_):
        values = {NAMES[name]: value for name, value in logs.items() if name in NAMES}
        for name in self.job.get("rewardNames", []):
            if f"rewards/{name}/mean" in logs:
                values[f"reward/{name}"] = logs[f"rewards/{name}/mean"]
        for name in ("loss", "grad_norm"):
            value = values.get(name)
            if value is not None and not math.isfinite(value):
                self.events.metrics(state.global_step, values)
                raise Diverged(f"{name} is {value} at step {state.global_step}")
        if values:
            self.events.metrics(state.global_step, values)

    def on_save(self, args, state, control, **_):
        path = os.path.join(args.output_dir, f"checkpoint-{state.global_step}")
        self.events.checkpoint(state.global_step, path, is_exact(self.job))
