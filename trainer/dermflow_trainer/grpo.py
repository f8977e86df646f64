"""Group-relative policy optimisation (Eq. 3 and 4), rewards asked for over a socket.

KL is to the SFT policy in every stretch: the trainer is built from the SFT adapter, which TRL copies to the frozen
adapter `ref`, and only then loads the stretch's checkpoint over it. Built from the adapter of step 500 it would
silently take step 500 as its reference.
"""

import os

from trl import GRPOConfig, GRPOTrainer

from dermflow_trainer.model import check_image_sizes, load_policy, load_processor, prepare_torch, unspeakable_tokens
from dermflow_trainer.rewards import Rewards, Samples
from dermflow_trainer.rows import chat_dataset, read_rows
from dermflow_trainer.stretch import Stretch, common_arguments


def run(job, events):
    stretch = Stretch(job, events)
    rows = read_rows(job["data"], completion=False)
    processor = load_processor(job)
    check_image_sizes(rows, processor)
    prepare_torch(job)
    rewards = Rewards(job, Samples(os.path.join(job["output"], "samples.jsonl")))
    trainer = GRPOTrainer(
        model=load_policy(stretch.job),
        reward_funcs=rewards.functions(),
        args=configuration(job, processor),
        train_dataset=chat_dataset(rows, completion=False),
        processing_class=processor,
    )
    return stretch.run(trainer)


def configuration(job, processor):
    common = common_arguments(job)
    return GRPOConfig(
        **common,
        num_generations=job["generations"],
        # One generation, one optimiser step: where a checkpoint is saved, TRL's unsaved buffer of completions is empty.
        steps_per_generation=common["gradient_accumulation_steps"],
        num_iterations=1,
        temperature=job["temperature"],
        top_p=1.0,
        top_k=0,
        beta=job["beta"],
        epsilon=job["epsilon"],
        max_completion_length=job["maxCompletionLength"],
        # Eq. 4 averages within each completion, then over completions; TRL's default does not.
        loss_type="grpo",
        scale_rewards="group",
        # With LoRA's dropout on, the policy would differ from its own reference at step 0.
        disable_dropout=True,
        **rollouts(job["rollouts"], unspeakable_tokens(processor.tokenizer)),
    )


def rollouts(settings, unspeakable):
    """Who samples the completions."""
    if settings["engine"] == "transformers":
        return dict(generation_kwargs={"suppress_tokens": unspeakable})
    return dict(
        use_vllm=True,
        vllm_mode="server" if settings["engine"] == "vllm-server" else "colocate",
        vllm_server_base_url=settings["server"],
        vllm_gpu_memory_utilization=settings["memoryShare"],
        # vLLM knows no suppressed tokens; with this bias none is ever drawn.
        generation_kwargs={"logit_bias": {token: -100.0 for token in unspeakable}},
    )
