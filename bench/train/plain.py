"""The plain script: SFT, then GRPO, with TRL in one process, as a user would write it. `bench/train.ts` gives it the
data, the base model and the settings of the demo. No resume, no store; checkpoints go to the local disk at the same steps.

    python plain.py settings.json
"""

import json
import os
import re
import sys
import time

START = time.monotonic()
with open(sys.argv[1], encoding="utf-8") as file:
    S = json.load(file)
os.environ |= {"OMP_NUM_THREADS": str(S["threads"]), "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}

import torch
from datasets import Dataset, Image, List
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForImageTextToText, AutoProcessor, set_seed
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

TARGETS = (
    r".*language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)|.*visual\.merger\.mlp\.(0|2)"
)
CONDITIONS = S["conditions"]


def main():
    torch.set_num_threads(S["threads"])
    torch.use_deterministic_algorithms(True)
    times = {"imports": time.monotonic() - START}
    for stage in (sft, grpo):
        begun = time.monotonic()
        stage()
        times[stage.__name__] = time.monotonic() - begun
    print(json.dumps(times))


def sft():
    settings = S["sft"]
    set_seed(S["seed"])
    lora = S["lora"]
    config = LoraConfig(
        r=lora["rank"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=TARGETS,
        task_type="CAUSAL_LM",
    )
    trainer = SFTTrainer(
        model=get_peft_model(base(), config),
        args=SFTConfig(
            **common(settings, "sft", passes=1),
            max_steps=settings["maxSteps"],
            per_device_eval_batch_size=settings["batchSize"],
            per_device_train_batch_size=settings["batchSize"],
            completion_only_loss=True,
            max_length=None,
        ),
        train_dataset=dataset("sft.jsonl"),
        eval_dataset=dataset("validation.jsonl"),
        processing_class=processor(),
    )
    trainer.train()
    # As often as Dermflow; between steps it would draw from the generator that shuffles the data.
    for _ in range(settings["epochs"]):
        trainer.evaluate()
    trainer.save_model(os.path.join(S["folder"], "policy"))


def grpo():
    settings = S["grpo"]
    passes = settings["promptsPerStep"] * settings["generations"] // settings["perDeviceBatchSize"]
    set_seed(S["seed"])
    process = processor()
    tokenizer = process.tokenizer
    silent = [token for token in tokenizer.all_special_ids if token != tokenizer.eos_token_id]
    silent += [t for t, added in tokenizer.added_tokens_decoder.items() if added.special and t not in silent]
    silent = [token for token in silent if token != tokenizer.eos_token_id]
    trainer = GRPOTrainer(
        model=PeftModel.from_pretrained(base(), os.path.join(S["folder"], "policy"), is_trainable=True),
        reward_funcs=[format_reward, granularity_reward, malignancy_reward],
        args=GRPOConfig(
            **common(settings, "grpo", passes=passes),
            max_steps=settings["maxSteps"],
            per_device_train_batch_size=settings["perDeviceBatchSize"],
            num_generations=settings["generations"],
            steps_per_generation=passes,
            temperature=settings["temperature"],
            top_p=1.0,
            top_k=0,
            beta=settings["beta"],
            use_bias_correction_kl=False,
            epsilon=settings["epsilon"],
            max_completion_length=settings["maxCompletionLength"],
            loss_type="grpo",
            scale_rewards="group",
            disable_dropout=True,
            generation_kwargs={"suppress_tokens": silent},
        ),
        train_dataset=dataset("grpo.jsonl"),
        processing_class=process,
    )
    trainer.train()
    trainer.save_model(os.path.join(S["folder"], "adapter"))


def base():
    return AutoModelForImageTextToText.from_pretrained(S["model"], dtype=torch.float32, attn_implementation="sdpa")


def processor():
    return AutoProcessor.from_pretrained(S["model"], padding_side="left")


def common(settings, name, passes):
    return dict(
        output_dir=os.path.join(S["folder"], name),
        seed=S["seed"],
        data_seed=S["seed"],
        gradient_accumulation_steps=passes,
        learning_rate=settings["learningRate"],
        warmup_steps=settings["warmupRatio"],
        weight_decay=settings["weightDecay"],
        max_grad_norm=settings["maxGradNorm"],
        lr_scheduler_type="cosine",
        bf16=False,
        fp16=False,
        gradient_checkpointing=False,
        logging_steps=1,
        save_strategy="steps",
        save_steps=settings["saveEvery"],
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
    )


def dataset(name):
    with open(os.path.join(S["folder"], name), encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    columns = {
        "id": [row["id"] for row in rows],
        "prompt": [[{"role": "user", "content": row["prompt"]}] for row in rows],
        "images": [[os.path.join(S["images"], image) for image in row["images"]] for row in rows],
    }
    if "completion" in rows[0]:
        columns["completion"] = [[{"role": "assistant", "content": row["completion"]}] for row in rows]
    if "question" in rows[0]:
        columns["question"] = [json.dumps(row["question"]) for row in rows]
    return Dataset.from_dict(columns).cast_column("images", List(Image(mode="RGB")))


TAG = re.compile(r"</?(?:thinking|diagnosis|final diagnosis)>", re.IGNORECASE)
WHOLE = re.compile(
    r"\s*<thinking>.*?</thinking>\s*<final diagnosis>.*?</final diagnosis>\s*\Z", re.IGNORECASE | re.DOTALL
)
FINAL = re.compile(r"<final diagnosis>(.*?)</final diagnosis>", re.IGNORECASE | re.DOTALL)


def format_reward(completions, **_):
    return [1.0 if well_formed(text) else 0.0 for text in texts(completions)]


def granularity_reward(completions, question, **_):
    return [chosen(text, q)[0] for text, q in zip(texts(completions), map(json.loads, question), strict=True)]


def malignancy_reward(completions, question, **_):
    scored = zip(texts(completions), map(json.loads, question), strict=True)
    return [0.25 if chosen(text, q)[1] == q["malignancy"] else 0.0 for text, q in scored]


def texts(completions):
    return [turn[-1]["content"] for turn in completions]


def well_formed(text):
    return len(TAG.findall(text)) == 4 and WHOLE.match(text) is not None


def chosen(text, question):
    """Value of the option that the answer names, and the lesion condition that it states."""
    blocks = FINAL.findall(text)
    if len(blocks) != 1:
        return 0.0, None
    answer = " ".join(re.sub(r"[\"'*_`]", "", blocks[0].lower()).split()).replace(" ,", ",")
    answer = re.sub(r"(?<![.,;])[.,;]+$", "", answer)
    ends = {}
    for index, option in enumerate(question["options"]):
        for name in (option["letter"].lower(), *map(str.lower, option["names"])):
            if answer.startswith(name) and not re.match(r"[a-z0-9-]", answer[len(name) :]):
                ends[len(name)] = index
    if not ends:
        return 0.0, None
    rest = re.sub(r"^[\s,;:.()-]+", "", answer[max(ends) :])
    value = question["options"][ends[max(ends)]]["value"]
    if not rest:
        return value, None
    stated = re.sub(r"[\s.,;]+$", "", re.sub(r"^(?:and |the )*(?:lesion )?condition(?: is)?[: ]+", "", rest))
    condition = next((name for name, words in CONDITIONS.items() if stated in words), None)
    others = (
        name.lower()
        for index, option in enumerate(question["options"])
        if index != ends[max(ends)]
        for name in option["names"]
    )
    # Another option beside it makes the answer unclear; an unclear condition does not.
    named = any(re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", rest) for name in others)
    return (0.0 if named else value), condition


main()
