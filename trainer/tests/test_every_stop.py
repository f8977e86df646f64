"""A run that stops after every step, and one that resumes at any step and goes on, repeat the run that never stops:
over more than two epochs, rows that do not divide by the batch, gradient accumulation, in one process and in two."""

import json

import pytest
import teacher_features
from comparing import adapter_of, digest, state_digests
from jobs import distill_job, grpo_job, sft_job, soreb_job
from reward_server import serve_rewards
from running import run, run_ranks

# Eight rows. SFT: 3 steps per epoch in one process, the last of 2 rows; in two, 2 of 6 and 2 rows. GRPO: 2 steps per
# epoch, 2 rows left out.
SFT = {"batchSize": 3, "perDeviceBatchSize": 1, "validation": None}
GRPO = {"promptsPerStep": 3, "generations": 2, "perDeviceBatchSize": 1}
CASES = {
    "sft": (sft_job, 1, SFT, 8),
    "sft-of-two": (sft_job, 2, {**SFT, "batchSize": 6}, 5),
    "grpo": (grpo_job, 1, {**GRPO, "perDeviceBatchSize": 2}, 6),
    "grpo-of-two": (grpo_job, 2, GRPO, 5),
    # Eight rows: 2 steps per epoch, one pass of the second step with a row less.
    "distill": (
        distill_job,
        1,
        {"batchSize": 5, "perDeviceBatchSize": 1, "distillation": {"reads": "picture-and-text"}},
        5,
    ),
    "soreb": (soreb_job, 1, {**GRPO, "perDeviceBatchSize": 2}, 5),
}


@pytest.fixture(scope="module", params=CASES)
def train(request, micro, data, tmp_path_factory):
    """`train(name, **plan)` runs the job in a folder of its own and gives folder, values and ids asked for."""
    job_of, ranks, settings, steps = CASES[request.param]
    folder = tmp_path_factory.mktemp(request.param)

    def one(name, resume=None, stop_at=steps):
        (folder / name).mkdir()
        output = folder / name / "out"
        plan = {"maxSteps": steps, "stopAt": stop_at, "saveEvery": 1}
        with serve_rewards() as server:
            own = [server.server_address] if job_of in (grpo_job, soreb_job) else []
            own = [features(folder, data)] if job_of is distill_job else own
            job = job_of(micro, data, output, *own, **settings, plan=plan, resume=resume)
            results = run_ranks(job, folder / name, ranks) if ranks > 1 else [run(job, folder / name)]
            asked = {request["step"]: request["ids"] for request in server.requests}
        assert [result.code for result in results] == [0] * ranks, results[0].stderr
        return output, results[0].values, asked

    one.steps = steps
    return one


def features(folder, data):
    there = folder / "features"
    return there if there.exists() else teacher_features.write(there, data)


@pytest.fixture(scope="module")
def straight(train):
    return train("straight")


def test_the_plan_is_longer_than_two_epochs(train, straight):
    state = json.loads((straight[0] / f"checkpoint-{train.steps}/trainer_state.json").read_text())
    assert state["epoch"] > 2


def test_stopping_after_every_step_changes_nothing(train, straight):
    resume = None
    for step in range(1, train.steps + 1):
        output, values, asked = train(f"until-{step}", resume, step)
        resume = str(output / f"checkpoint-{step}")
        check_same((output, values, asked), straight, range(step, step + 1))
    assert digest(adapter_of(output / "adapter")) == digest(adapter_of(straight[0] / "adapter"))


def test_resuming_at_any_step_and_going_on_changes_nothing(train, straight):
    for step in range(1, train.steps):
        resumed = train(f"from-{step}", str(straight[0] / f"checkpoint-{step}"))
        check_same(resumed, straight, range(step + 1, train.steps + 1))


def check_same(ours, theirs, steps):
    for step in steps:
        assert ours[2].get(step) == theirs[2].get(step), f"prompts of step {step}"
        assert ours[1][step] == theirs[1][step], f"values of step {step}"
        checkpoints = (folder / f"checkpoint-{step}" for folder in (ours[0], theirs[0]))
        assert len({json.dumps(state_digests(checkpoint), sort_keys=True) for checkpoint in checkpoints}) == 1, step
