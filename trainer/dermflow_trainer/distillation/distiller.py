"""A frozen model beside its adapters, and the trainer of these alone."""

import torch
from torch import nn
from transformers import Trainer

from dermflow_trainer.distillation import adapters as files
from dermflow_trainer.distillation.adapters import Sight
from dermflow_trainer.distillation.losses import UNKNOWN, distance, text_loss, tone_loss, total


class Distilled(nn.Module):
    """Gives the sums of the losses; the base model is only read."""

    accepts_loss_kwargs = True

    def __init__(self, base, adapters):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.adapters = adapters
        self.config = base.config
        self.sight = Sight(base)

    def train(self, mode=True):
        super().train(mode)
        self.base.eval()
        return self

    def forward(self, labels, tones=None, taught=None, taught_rows=None, **inputs):
        """`taught`: the teacher's patches of all pictures, one after another, `taught_rows` of each. Returns sums by
        name, and the numbers of tokens, right tokens and pictures."""
        with torch.no_grad():
            states = self.base.model(**inputs, use_cache=False).last_hidden_state
        aligned, tone_logits, uneven = self.adapters.align(self.sight)
        rows, places = (labels[:, 1:] != UNKNOWN).nonzero(as_tuple=True)
        read, tokens = states[rows, places], labels[rows, places + 1]
        pictures = torch.stack([patches.mean(0) for patches in aligned])
        output = self.base.get_output_embeddings()
        logits = output(read).float() + self.adapters.bias(pictures[rows], read, output.weight)
        parts = {"sft": text_loss(logits, tokens)}
        if taught is not None:
            parts["distil"] = distance(aligned, taught.split(taught_rows.tolist()))
        if uneven is not None:
            parts |= {"auxiliary": uneven.sum(), "tone": tone_loss(tone_logits, tones)}
        right = (logits.argmax(-1) == tokens).sum()
        return {"parts": parts, "tokens": len(tokens), "right": right, "pictures": len(pictures)}


class Distiller(Trainer):
    """Each loss is a mean over the step's tokens or pictures, however these are shared out to passes and devices."""

    def __init__(self, *arguments, weights, **keywords):
        super().__init__(*arguments, **keywords)
        self.weights = weights
        self.counts, self.tokens_seen = None, 0
        self.logged = {"train": {}, "eval": {}}

    def get_batch_samples(self, epoch_iterator, num_batches, device):
        samples, tokens = super().get_batch_samples(epoch_iterator, num_batches, device)
        own = [sum(len(batch["labels"]) for batch in samples), sum(toned(batch) for batch in samples)]
        pictures, known = self.accelerator.reduce(torch.tensor(own, device=device), "sum").tolist()
        self.counts = {"tokens": tokens, "pictures": pictures, "toned": known}
        return samples, tokens

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        training = self.model.training
        found = model(**inputs)
        own = {"tokens": found["tokens"], "pictures": found["pictures"], "toned": toned(inputs)}
        counts = self.counts if training else own
        loss, means = total(found["parts"], counts, self.weights)
        self.note("train" if training else "eval", means, found["right"] / counts["tokens"])
        if training:
            self.tokens_seen += int(inputs["attention_mask"].sum())
            # Gradients are averaged over devices, and the counts are of all.
            loss = loss * self.accelerator.num_processes
        return (loss, found) if return_outputs else loss

    def note(self, mode, means, right):
        for name, value in {
            **{f"{name}_loss": mean for name, mean in means.items()},
            "mean_token_accuracy": right,
        }.items():
            self.logged[mode].setdefault(name, []).append(value.detach())

    def log(self, logs, start_time=None):
        mode = "train" if self.model.training else "eval"
        for name, values in self.logged[mode].items():
            # Of a step these are shares of its means; an evaluation's batches each have means of their own.
            value = sum(values) if mode == "train" else sum(values) / len(values)
            logs[name if mode == "train" else f"eval_{name}"] = self.accelerator.reduce(value, "sum").item()
        if mode == "train":
            logs["num_tokens"] = self.tokens_seen * self.accelerator.num_processes
        self.logged[mode] = {}
        super().log(logs, start_time)

    def _save(self, output_dir=None, state_dict=None):
        if self.args.should_save:
            write(self, output_dir or self.args.output_dir)

    def _load_from_checkpoint(self, resume_from_checkpoint, model=None):
        adapters = self.accelerator.unwrap_model(self.model).adapters
        stored = files.load(resume_from_checkpoint, self.model.base, adapters.settings)
        adapters.load_state_dict(stored.state_dict())


def save_adapters(trainer, folder):
    """Rank 0 writes; every device holds all of them."""
    if trainer.is_world_process_zero():
        write(trainer, folder)
    trainer.accelerator.wait_for_everyone()
    return folder


def write(trainer, folder):
    distilled = trainer.accelerator.unwrap_model(trainer.model)
    files.save(distilled.adapters, distilled.base.config._name_or_path, folder)


def toned(batch):
    """Pictures of known tone."""
    return int((batch["tones"] != UNKNOWN).sum()) if "tones" in batch else 0
