"""A base model of the hub is the commit that it stood for when the run began, whatever is published later."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from comparing import adapter_of, digest, weights_of
from fake_hub import serve_hub
from jobs import grpo_job, sft_job
from reward_server import serve_rewards
from running import run
from safetensors.torch import load_file, save_file

from dermflow_trainer.base_model.source import source_of

TRAINER = Path(__file__).parents[1]
NAME = "someone/vision"
PLAN = {"maxSteps": 1, "stopAt": 1, "saveEvery": 1}


@pytest.fixture
def hub():
    with serve_hub() as server:
        yield server


@pytest.fixture
def environment(hub, tmp_path):
    return {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}


def ask(environment, model, needs=()):
    """What the preflight answers, in a process of its own."""
    request = json.dumps({"model": model, "needs": list(needs)})
    command = [sys.executable, "-m", "dermflow_trainer.base_model.preflight", request]
    answer = subprocess.run(command, env={**os.environ, **environment}, cwd=TRAINER, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_a_name_becomes_its_commit(hub, environment, micro):
    first = hub.publish(NAME, micro / "base")
    tagged = hub.publish(NAME, micro / "base", "v1.0")
    assert ask(environment, NAME) == {"model": f"{NAME}@{first}", "type": "qwen2_5_vl"}
    assert ask(environment, f"{NAME}@main") == {"model": f"{NAME}@{first}", "type": "qwen2_5_vl"}
    assert ask(environment, f"{NAME}@v1.0")["model"] == f"{NAME}@{tagged}"
    second = hub.publish(NAME, micro / "base")
    assert ask(environment, NAME)["model"] == f"{NAME}@{second}"
    assert ask(environment, f"{NAME}@{first}")["model"] == f"{NAME}@{first}"


def test_a_hub_that_is_away_is_waited_for_unless_the_disk_knows(hub, environment, micro):
    commit = hub.publish(NAME, micro / "base")
    hub.away = True
    answer = ask(environment, NAME)
    assert answer["transient"] is True
    assert answer["problem"].startswith(f"model.base: {NAME} cannot be looked up")
    hub.away = False
    ask(environment, NAME)
    hub.away = True
    assert ask(environment, NAME)["model"] == f"{NAME}@{commit}"
    assert ask({**environment, "HF_HUB_OFFLINE": "1"}, NAME)["model"] == f"{NAME}@{commit}"


def test_what_the_hub_does_not_show_is_told_in_one_line(hub, environment, micro, tmp_path):
    hub.publish(NAME, micro / "base")
    hub.publish("someone/gated", micro / "base")
    hub.publish("someone/empty", tmp_path)
    hub.gated.add("someone/gated")
    for model, words in (
        ("someone/else", "the hub shows no model someone/else; correct its name, or give HF_TOKEN"),
        (f"{NAME}@v9", f"{NAME} has no revision v9 on the hub"),
        ("someone/gated", "someone/gated is gated on the hub; give HF_TOKEN"),
        ("someone/empty", "someone/empty has no config.json"),
    ):
        answer = ask(environment, model)
        assert answer["transient"] is False
        assert answer["problem"].startswith(f"model.base: {words}"), answer
        assert "\n" not in answer["problem"]


def test_a_package_that_is_missing_is_told_with_what_asks_for_it(environment):
    answer = ask(
        environment, None, [{"module": "json", "setting": "a"}, {"module": "vllm", "setting": "grpo.rollouts"}]
    )
    assert answer["problem"].startswith("grpo.rollouts: vllm is not installed; run ")
    assert ask(environment, None, [{"module": "json", "setting": "a"}]) == {"model": None, "type": None}


def test_sft_and_grpo_see_the_weights_of_the_commit_and_no_later_ones(hub, environment, micro, data, tmp_path):
    commit = hub.publish(NAME, micro / "base")
    model = ask(environment, NAME)["model"]
    other = tmp_path / "other"
    shutil.copytree(micro / "base", other)
    weights = {name: tensor * 1.5 for name, tensor in load_file(other / "model.safetensors").items()}
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    hub.publish(NAME, other)

    changes = {"optimiser": {"warmupRatio": 0}, "plan": PLAN}
    with serve_rewards() as server:
        for make, more in ((sft_job, ()), (grpo_job, (server.server_address,))):
            local = make(micro, data, tmp_path / f"{make.__name__}-local", *more, **changes)
            assert run(local, tmp_path, name=make.__name__).code == 0
            ours = {**make(micro, data, tmp_path / f"{make.__name__}-hub", *more, **changes), "model": model}
            start(ours, environment, tmp_path)
            adapters = [adapter_of(Path(job["output"]) / "adapter") for job in (ours, local)]
            assert digest(adapters[0]) == digest(adapters[1])
    asked = [request for request in hub.requests if "/resolve/" in request]
    assert any(request.startswith("GET") for request in asked)
    others = {request for request in asked if f"/resolve/{commit}/" not in request}
    # PEFT asks, where it saves an adapter, whether the base has a configuration; it reads none.
    assert others <= {f"HEAD {NAME}/resolve/main/config.json"}


def test_the_reference_of_whole_weights_is_of_the_commit_too(hub, environment, micro, data, tmp_path):
    commit = hub.publish(NAME, micro / "base")
    other = tmp_path / "other"
    shutil.copytree(micro / "base", other)
    weights = {name: tensor * 1.5 for name, tensor in load_file(other / "model.safetensors").items()}
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    hub.publish(NAME, other)

    two = {"maxSteps": 2, "stopAt": 2, "saveEvery": 2}
    changes = {"optimiser": {"warmupRatio": 0}, "plan": two, "adapter": None, "lora": None, "full": ["language"]}
    with serve_rewards() as server:
        local = grpo_job(micro, data, tmp_path / "local", server.server_address, **changes)
        assert run(local, tmp_path, name="local").code == 0
        ours = grpo_job(micro, data, tmp_path / "ours", server.server_address, **changes)
        start({**ours, "model": f"{NAME}@{commit}"}, environment, tmp_path)
    assert digest(weights_of(tmp_path / "ours/checkpoint-2")) == digest(weights_of(tmp_path / "local/checkpoint-2"))
    read = [request for request in hub.requests if request.startswith("GET") and "/resolve/" in request]
    assert read and all(f"/resolve/{commit}/" in request for request in read)


def start(job, environment, folder):
    """In a process of its own: `huggingface_hub` reads its environment when it is imported."""
    (folder / "hub.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "dermflow_trainer", str(folder / "hub.json")]
    ended = subprocess.run(command, env={**os.environ, **environment}, cwd=TRAINER, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_folders_may_have_any_name(tmp_path):
    folder = tmp_path / "model@v1"
    folder.mkdir()
    assert source_of(str(folder)) == (str(folder), {})
    assert source_of("owner/name") == ("owner/name", {})
    assert source_of("owner/name@abc") == ("owner/name", {"revision": "abc"})
