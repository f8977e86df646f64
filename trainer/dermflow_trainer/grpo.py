"""Group-relative policy optimisation (Eq. 3 and 4), rewards asked for over a socket.

KL is to the SFT policy in every stretch: the trainer is built from the SFT adapter, which TRL copies to the frozen
adapter `ref`, and only then loads the stretch's checkpoint over it. Built from the adapter of step 500 it would
silently take step 500 as its reference.
"""

from trl import GRPOConfig

from dermflow_trainer.model import (
    check_image_sizes,
    load_policy,
    load_processor,
    prepare_torch,
    start_of,
    unspeakable_tokens,
)
from dermflow_trainer.rewards import Rewards
from dermflow_trainer.rollouts.order import OrderedGRPOTrainer
from dermflow_trainer.rollouts.redraw import RedrawingGRPOTrainer
from dermflow_trainer.rows import chat_dataset, read_rows
from dermflow_trainer.stretch import Stretch, common_arguments
from dermflow_trainer.tuning.passed import passed_on, refusing
from dermflow_trainer.tuning.tiles import with_fitting_tiles
from dermflow_trainer.tuning.validation import validate


def run(job, events):
    stretch = Stretch(job, events)
    rows = read_rows(job["data"], completion=False)
    validation = read_rows(job["validation"], completion=False) if job.get("validation") else []
    processor = load_processor(job)
    check_image_sizes([*rows, *validation], processor)
    prepare_torch(job)
    rewards = Rewards(job)
    stretch.on_next = rewards.follow
    with refusing(job, stretch):
        trainer = (RedrawingGRPOTrainer if job["redraws"] else OrderedGRPOTrainer)(
            model=with_fitting_tiles(load_policy(stretch.job)),
            reward_funcs=rewards.functions(),
            args=configuration(job, processor),
            train_dataset=chat_dataset(rows, completion=False),
            processing_class=processor,
        )
        if job["redraws"]:
            trainer.redraw_by(rewards, job["redraws"])
        if validation:
            stretch.on_conclude = lambda: validate(trainer, processor, rewards, validation, stretch.leave)
        return stretch.run(trainer)


# The gradient of the KL term, by its name in a recipe.
KL_GRADIENTS = {"k3": False, "importance-corrected": True}


def configuration(job, processor):
    return GRPOConfig(**{**arguments(job, processor), **reference(job), **passed_on(GRPOConfig, job)})


def reference(job):
    """Without LoRA TRL loads the reference of the KL term by the name of what training begins with (`load_base`); the
    commit of a hub model it is set here."""
    _, revision = start_of(job)
    return {"model_init_kwargs": revision} if job["lora"] is None and revision else {}


def arguments(job, processor):
    """What is set of `GRPOConfig`; the rest are defaults that decide no number."""
    common = common_arguments(job)
    return dict(
        **common,
        num_generations=job["generations"],
        # One generation, one optimiser step: where a checkpoint is saved, TRL's unsaved buffer of completions is empty.
        steps_per_generation=common["gradient_accumulation_steps"],
        num_iterations=1,
        # JSON knows no difference between 2 and 2.0; Transformers takes a float only.
        temperature=float(job["temperature"]),
        # The policy itself is sampled: Eq. 4's ratios are of its own probabilities.
        top_p=1.0,
        top_k=0,
        min_p=None,
        repetition_penalty=1.0,
        cache_implementation=None,
        use_transformers_continuous_batching=False,
        beta=job["beta"],
        # True by default in TRL 1.16: the logged loss is the same, the gradient is not (test_kl_gradient.py).
        use_bias_correction_kl=KL_GRADIENTS[job["klGradient"]],
        epsilon=job["epsilon"],
        epsilon_high=None,
        delta=None,
        importance_sampling_level="token",
        max_completion_length=job["maxCompletionLength"],
        mask_truncated_completions=False,
        # Eq. 4 averages within each completion, then over completions; TRL's default does not.
        loss_type="grpo",
        # Eq. 3 takes the sum of the rewards as they come.
        reward_weights=None,
        multi_objective_aggregation="sum_then_normalize",
        scale_rewards="group",
        sync_ref_model=False,
        top_entropy_quantile=1.0,
        entropy_coef=0.0,
        use_adaptive_entropy=False,
        off_policy_mask_threshold=None,
        cast_lm_head_to_fp32=False,
        # By the sampler (rollouts/order.py).
        shuffle_dataset=True,
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
        # These are of a vLLM on the trainer's own accelerators; a server has its own.
        vllm_gpu_memory_utilization=settings["memoryShare"],
        vllm_max_model_length=settings["maxLength"],
        vllm_enable_sleep_mode=settings["sleep"],
        vllm_tensor_parallel_size=settings["tensorParallel"],
        # vLLM's log-probs differ from the trainer's in rounding.
        vllm_importance_sampling_correction=True,
        vllm_importance_sampling_mode="sequence_mask",
        vllm_importance_sampling_clip_max=3.0,
        vllm_importance_sampling_clip_min=None,
        # vLLM knows no suppressed tokens; with this bias none is ever drawn.
        generation_kwargs={"logit_bias": {token: -100.0 for token in unspeakable}},
    )
