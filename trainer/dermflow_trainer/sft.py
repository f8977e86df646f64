"""Supervised fine-tuning (Eq. 2): the loss of the completion's tokens, given image and prompt."""

from trl import SFTConfig, SFTTrainer

from dermflow_trainer.model import load_policy, load_processor, prepare_torch
from dermflow_trainer.rows import chat_dataset, read_rows
from dermflow_trainer.stretch import Stretch, common_arguments


def run(job, events):
    stretch = Stretch(job, events)
    train = chat_dataset(read_rows(job["data"], completion=True), completion=True)
    validation = job["validation"] and chat_dataset(read_rows(job["validation"], completion=True), completion=True)
    prepare_torch(job)
    config = SFTConfig(
        **common_arguments(job, per_device=job["perDeviceBatchSize"], per_step=job["batchSize"]),
        per_device_eval_batch_size=job["perDeviceBatchSize"],
        completion_only_loss=True,
        max_length=None,
    )
    trainer = SFTTrainer(
        model=load_policy(job),
        args=config,
        train_dataset=train,
        eval_dataset=validation or None,
        processing_class=load_processor(job),
    )
    return stretch.run(trainer)
