"""Validation of GRPO at the end of a stretch: greedy answers, rewarded as those of training, without a mark on it."""

import json

import pytest
from comparing import state_digests
from jobs import grpo_job
from reward_server import score, serve_rewards
from running import run, run_ranks

PLAN = {"maxSteps": 4, "stopAt": 4, "saveEvery": 2, "stay": False}


def trained(micro, data, folder, *, ranks=1, validated=True, **changes):
    folder.mkdir()
    with serve_rewards() as server:
        held = {"validation": {"rows": str(data / "grpo.jsonl"), "images": str(data / "images")}}
        changes = {"plan": PLAN, **(held if validated else {}), **changes}
        job = grpo_job(micro, data, folder / "out", server.server_address, **changes)
        results = [run(job, folder)] if ranks == 1 else run_ranks(job, folder, ranks)
        assert all(result.code == 0 for result in results), results[0].stderr
        return folder / "out", results[0], server.requests


@pytest.fixture(scope="module")
def validated(micro, data, tmp_path_factory):
    return trained(micro, data, tmp_path_factory.mktemp("validated") / "run")


def test_the_mean_reward_is_that_of_greedy_answers_to_every_row(validated, data):
    _, result, requests = validated
    asked = requests[-1]
    assert asked["step"] == 4
    assert asked["ids"] == [json.loads(line)["id"] for line in (data / "grpo.jsonl").read_text().splitlines()]
    scored = [score(completion) for completion in asked["completions"]]
    values = result.values[4]
    means = {name: sum(each[name] for each in scored) / len(scored) for name in ("even", "short")}
    for name, mean in means.items():
        assert values[f"validation_reward/{name}"] == pytest.approx(mean)
    assert values["validation_reward"] == pytest.approx(sum(means.values()))
    assert [step for step in result.values if "validation_reward" in result.values[step]] == [4]


def test_training_is_the_same_without_it(validated, micro, data, tmp_path):
    output, result, _ = validated
    without, plain, _ = trained(micro, data, tmp_path / "run", validated=False)
    assert state_digests(output / "checkpoint-4") == state_digests(without / "checkpoint-4")
    training = {name: value for name, value in result.values[4].items() if not name.startswith("validation_reward")}
    assert training == plain.values[4]
    assert (output / "samples.jsonl").read_text() == (without / "samples.jsonl").read_text()


def test_a_checkpoint_that_is_there_already_is_validated_to_the_same(validated, micro, data, tmp_path):
    output, result, _ = validated
    _, again, _ = trained(micro, data, tmp_path / "run", resume=str(output / "checkpoint-4"))
    mine = {name: value for name, value in result.values[4].items() if name.startswith("validation_reward")}
    assert again.values[4] == mine


def test_ranks_share_the_rows(validated, micro, data, tmp_path):
    output, result, _ = validated
    resume = str(output / "checkpoint-4")
    _, two, requests = trained(micro, data, tmp_path / "run", ranks=2, resume=resume, perDeviceBatchSize=1)
    assert len(requests) == 1
    assert two.values[4]["validation_reward"] == pytest.approx(result.values[4]["validation_reward"])
