"""Supervised fine-tuning (Eq. 2): the loss of the completion's tokens, given image and prompt."""

from trl import SFTConfig, SFTTrainer

from dermflow_trainer.model import check_image_sizes, load_policy, load_processor, prepare_torch
from dermflow_trainer.rows import chat_dataset, read_rows
from dermflow_trainer.stretch import Stretch, common_arguments
from dermflow_trainer.tuning.passed import passed_on, refusing
from dermflow_trainer.tuning.tiles import with_fitting_tiles


def run(job, events):
    stretch = Stretch(job, events)
    train = read_rows(job["data"], completion=True)
    validation = read_rows(job["validation"], completion=True) if job["validation"] else []
    processor = load_processor(job)
    check_image_sizes([*train, *validation], processor)
    prepare_torch(job)
    with refusing(job, stretch):
        trainer = SFTTrainer(
            model=with_fitting_tiles(load_policy(stretch.job)),
            args=SFTConfig(**{**arguments(job), **passed_on(SFTConfig, job)}),
            train_dataset=chat_dataset(train, completion=True),
            eval_dataset=chat_dataset(validation, completion=True) if validation else None,
            processing_class=processor,
        )
        return stretch.run(trainer)


def arguments(job):
    """What is set of `SFTConfig`; the rest are defaults that decide no number."""
    return dict(
        **common_arguments(job),
        per_device_eval_batch_size=job["perDeviceBatchSize"],
        loss_type="nll",
        completion_only_loss=True,
        assistant_only_loss=False,
        # Cutting a row could cut it between its image tokens.
        max_length=None,
        packing=False,
        padding_free=False,
        eos_token=None,
        pad_token=None,
        # Accelerate's sampler shuffles, seeded by the epoch.
        shuffle_dataset=False,
    )
