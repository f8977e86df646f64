"""Fields of TRL's configurations that a recipe sets itself: the trainer has them as they were given, what they bring is
in the checkpoints, and what does not fit ends the job with one line."""

import json

import instruments
import pytest
from comparing import adapter_of, digest, state_digests
from jobs import grpo_job, sft_job
from reward_server import serve_rewards
from running import run

SFT = {
    "adam_beta1": 0.8,
    "adam_beta2": 0.95,
    "adam_epsilon": 1e-7,
    "completion_only_loss": False,
    "label_smoothing_factor": 0,
    "loss_type": "dft",
    "lr_scheduler_kwargs": {"min_lr_rate": 0.1},
    "lr_scheduler_type": "cosine_with_min_lr",
    "neftune_noise_alpha": 5,
    "optim": "adafactor",
}
GRPO = {
    "disable_dropout": False,
    "epsilon_high": 0.28,
    "importance_sampling_level": "sequence",
    "loss_type": "dapo",
    "lr_scheduler_type": "constant",
    "mask_truncated_completions": True,
    "min_p": 0.01,
    "num_iterations": 2,
    "optim": "sgd",
    "repetition_penalty": 1.1,
    "reward_weights": [1, 0.5],
    "scale_rewards": "none",
    "top_k": 20,
    "top_p": 1,
    "use_adaptive_entropy": True,
}


def trained(name, micro, data, folder, trl, *, instrument=None, resume=None, **changes):
    folder.mkdir()
    with serve_rewards() as server:
        if name == "grpo":
            job = grpo_job(micro, data, folder / "out", server.server_address, trl=trl, resume=resume, **changes)
        else:
            job = sft_job(micro, data, folder / "out", trl=trl, resume=resume, validation=None, **changes)
        return run(job, folder, instrument=instrument)


@pytest.mark.parametrize(("name", "trl"), [("sft", SFT), ("grpo", GRPO)])
def test_the_trainer_has_them_and_a_resume_is_exact(name, trl, micro, data, tmp_path):
    assert len(trl) >= 10
    plan = {"maxSteps": 6, "stopAt": 6, "saveEvery": 2, "stay": False}
    straight = trained(
        name, micro, data, tmp_path / "straight", trl, instrument=instruments.record_arguments, plan=plan
    )
    assert straight.code == 0, straight.stderr
    held = json.loads((tmp_path / "straight/out/arguments.json").read_text())
    assert {field: held[field] for field in trl} == trl

    checkpoint = tmp_path / "straight/out/checkpoint-2"
    resumed = trained(name, micro, data, tmp_path / "resumed", trl, resume=str(checkpoint), plan=plan)
    assert resumed.code == 0, resumed.stderr
    for step in range(3, 7):
        assert resumed.values[step] == straight.values[step], step
    for step in (4, 6):
        folders = [tmp_path / each / f"out/checkpoint-{step}" for each in ("straight", "resumed")]
        assert state_digests(folders[0]) == state_digests(folders[1])
    adapters = [adapter_of(tmp_path / each / "out/adapter") for each in ("straight", "resumed")]
    assert digest(adapters[0]) == digest(adapters[1]) != digest(adapter_of(micro / "adapter"))


def test_no_checkpoint_falls_between_the_steps_on_one_generation(micro, data, tmp_path):
    plan = {"maxSteps": 6, "stopAt": 6, "saveEvery": 1, "stay": False}
    asked = instruments.ask_in_the_first_step
    result = trained("grpo", micro, data, tmp_path / "run", {"num_iterations": 2}, instrument=asked, plan=plan)
    assert result.code == 75, result.stderr
    assert [event["step"] for event in result.of("checkpoint")] == [2]


@pytest.mark.parametrize(
    ("name", "trl", "words"),
    [
        ("sft", {"top_p": 0.9}, "field trl.top_p: SFTConfig has no such field"),
        ("sft", {"optim": "adamw_bnb_8bit"}, "field trl (optim): "),
        ("sft", {"lr_scheduler_type": "cosine_with_min_lr"}, "field trl (lr_scheduler_type): "),
        ("sft", {"router_aux_loss_coef": 0.1}, "is not a Mixture-of-Experts model"),
        ("grpo", {"reward_weights": [1.0]}, "field trl (reward_weights): Number of reward weights (1) must match"),
        (
            "grpo",
            {"vllm_importance_sampling_clip_min": 4.0},
            "field trl (vllm_importance_sampling_clip_min): vllm_importance_sampling_clip_min (4.0) must be less",
        ),
    ],
)
def test_what_does_not_fit_together_is_the_authors_to_mend(name, trl, words, micro, data, tmp_path):
    result = trained(name, micro, data, tmp_path / "run", trl)
    kind, message = result.failure
    assert (result.code, kind) == (1, "bad-input"), result.stderr
    assert words in message
