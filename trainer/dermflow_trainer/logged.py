"""What is reported of what TRL logs."""

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
    "redrawn_share": "redrawn_share",
    # Of SOREB: what rewards were compared with.
    "baseline": "baseline",
    # The losses of a distillation before they are weighted.
    "sft_loss": "sft_loss",
    "distil_loss": "distil_loss",
    "auxiliary_loss": "auxiliary_loss",
    "tone_loss": "tone_loss",
    # Of completions that vLLM sampled: how far its log-probs are from the trainer's, and the weights that correct it.
    "sampling/sampling_logp_difference/mean": "sampling_gap_mean",
    "sampling/sampling_logp_difference/max": "sampling_gap_max",
    "sampling/importance_sampling_ratio/min": "importance_ratio_min",
    "sampling/importance_sampling_ratio/mean": "importance_ratio_mean",
    "sampling/importance_sampling_ratio/max": "importance_ratio_max",
}
