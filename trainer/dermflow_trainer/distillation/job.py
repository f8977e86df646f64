"""Dual distillation: supervised fine-tuning of two adapters beside a frozen model, one of them taught besides by the
features that another image encoder, the teacher, has of the same pictures. What is trained holds nothing of the
teacher."""

import torch
from transformers import TrainingArguments
from trl.trainer.sft_trainer import DataCollatorForVisionLanguageModeling

from dermflow_trainer.base_model.sharding import is_sharded
from dermflow_trainer.distillation import adapters as files
from dermflow_trainer.distillation.adapters import Adapters, shape_of, tower_of
from dermflow_trainer.distillation.distiller import Distilled, Distiller, save_adapters
from dermflow_trainer.distillation.losses import UNKNOWN
from dermflow_trainer.distillation.teacher import Teacher, digest_of
from dermflow_trainer.failures import BadInput
from dermflow_trainer.model import check_image_sizes, load_base, load_processor, prepare_torch
from dermflow_trainer.rows import chat_dataset, read_rows
from dermflow_trainer.stretch import Stretch, common_arguments


def run(job, events):
    if is_sharded():
        raise BadInput(
            "a distillation's model is frozen and whole on each device; set DERMFLOW_TRAINER_SHARDING to none"
        )
    stretch = Stretch(job, events)
    stretch.save = save_adapters
    train = read_rows(job["data"], completion=True)
    validation = read_rows(job["validation"], completion=True) if job["validation"] else []
    rows = [*train, *validation]
    digests = pictures_of(rows)
    teacher = teacher_of(job, digests)
    processor = load_processor(job)
    check_image_sizes(rows, processor)
    prepare_torch(job)
    require_tones(job["distillation"], train)
    trainer = Distiller(
        model=distilled(stretch.job, train, processor.tokenizer),
        args=TrainingArguments(**arguments(job)),
        data_collator=Collator(processor, teacher, job["distillation"]["branch"] is not None),
        train_dataset=dataset(train, digests),
        eval_dataset=dataset(validation, digests) if validation else None,
        weights=job["distillation"]["weights"],
    )
    return stretch.run(trainer)


def arguments(job):
    """What is set of `TrainingArguments`; the rest are defaults that decide no number."""
    return dict(
        **common_arguments({**job, "gradientCheckpointing": False}),
        per_device_eval_batch_size=job["perDeviceBatchSize"],
        label_names=["labels"],
    )


def pictures_of(rows):
    """Digest of each picture by its path."""
    for row in rows:
        if len(row["images"]) != 1:
            raise BadInput(f"row {row['id']} has {len(row['images'])} images: a distillation takes one per row")
    return {path: digest_of(path) for path in sorted({row["images"][0] for row in rows})}


def teacher_of(job, digests):
    settings = job["distillation"]
    if job["features"] is not None:
        return Teacher(job["features"], settings["width"], digests)
    if settings["weights"]["distil"] > 0:
        raise BadInput("field features: missing, while distillation.weights.distil is above 0")
    return None


def require_tones(settings, rows):
    if settings["branch"] and settings["weights"]["tone"] > 0 and not any("skinTone" in row for row in rows):
        raise BadInput(
            "field data.rows: no row has skinTone, from which distillation.branch learns; give tones to rows, "
            "or set distillation.weights.tone to 0"
        )


def distilled(job, rows, tokenizer):
    base = load_base(job)
    tower_of(base)
    if job["adapter"] is None:
        adapters = Adapters(job["distillation"], shape_of(base))
    else:
        adapters = files.load(job["adapter"], base, job["distillation"])
    adapters.vocabulary |= vocabulary_of(rows, tokenizer, len(adapters.vocabulary))
    return Distilled(base, adapters)


def vocabulary_of(rows, tokenizer, size):
    """The tokens of the completions, and the end of a turn."""
    texts = sorted({row["completion"] for row in rows})
    used = {token for ids in tokenizer(texts, add_special_tokens=False)["input_ids"] for token in ids}
    mask = torch.zeros(size, dtype=torch.bool)
    mask[sorted(used | {tokenizer.eos_token_id})] = True
    return mask


def dataset(rows, digests):
    """As SFT's, with each picture's digest and tone."""
    data = chat_dataset(rows, completion=True)
    data = data.add_column("picture", [digests[row["images"][0]] for row in rows])
    return data.add_column("tone", [row.get("skinTone", UNKNOWN) for row in rows])


class Collator:
    """A batch as SFT has it, with what the teacher sees in its pictures."""

    def __init__(self, processor, teacher, with_tones):
        self.inner = DataCollatorForVisionLanguageModeling(processor=processor, completion_only_loss=True)
        self.merge = processor.image_processor.merge_size
        self.teacher, self.with_tones = teacher, with_tones

    def __call__(self, rows):
        digests, tones = [row["picture"] for row in rows], [row["tone"] for row in rows]
        batch = dict(self.inner(rows))
        if self.with_tones:
            batch["tones"] = torch.tensor(tones)
        if self.teacher is not None:
            grids = batch["image_grid_thw"].tolist()
            taught = [
                self.teacher.features(digest, height // self.merge, width // self.merge)
                for digest, (_, height, width) in zip(digests, grids, strict=True)
            ]
            batch["taught"] = torch.cat(taught)
            batch["taught_rows"] = torch.tensor([len(rows) for rows in taught])
        return batch
