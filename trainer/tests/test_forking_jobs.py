"""Jobs of every kind leave the same bytes and say the same, forked or started by themselves."""

import hashlib
import json

import micro_model
import pytest
import teacher_features
from jobs import changed, distill_job, grpo_job, sft_job, soreb_job
from reward_server import serve_rewards
from serving import finish, serving, trainer

from dermflow_trainer.kinds import KINDS
from dermflow_trainer.schema import SCHEMAS

STEPS = 2
# The jobs run in folders of their own: so each path in a file is the same in both.
OUTPUT = "out"
# Sets of words, as in the cards of models, are written in the order of their hashes.
ENVIRONMENT = {"PYTHONHASHSEED": "0"}
MEASURED = ("tokensPerSecond", "memoryBytes", "step_time")


def plain(micro, job, **fields):
    common = {"schema": 1, "job": job, "seed": 7, "threads": 1, "precision": "fp32", "output": OUTPUT}
    return {**common, "model": str(micro / "base"), **fields}


def stretch(job):
    return changed(job, {"plan": {"maxSteps": STEPS, "stopAt": STEPS, "saveEvery": 1}})


def rows(data, name):
    return {"rows": str(data / f"{name}.jsonl"), "images": str(data / "images")}


def adapted(micro):
    return {"adapter": str(micro / "adapter")}


CASES = {
    "sft": lambda micro, data, socket, features: stretch(sft_job(micro, data, OUTPUT)),
    "grpo": lambda micro, data, socket, features: stretch(grpo_job(micro, data, OUTPUT, socket)),
    "soreb": lambda micro, data, socket, features: stretch(soreb_job(micro, data, OUTPUT, socket)),
    "distill": lambda micro, data, socket, features: stretch(distill_job(micro, data, OUTPUT, features)),
    "generate": lambda micro, data, socket, features: plain(
        micro, "generate", **adapted(micro), data=rows(data, "grpo"), batchSize=4, maxNewTokens=12, temperature=1.0
    ),
    "merge": lambda micro, data, socket, features: plain(micro, "merge", **adapted(micro)),
    "export-onnx": lambda micro, data, socket, features: plain(
        micro, "export-onnx", **adapted(micro), imageSizes=[[84, 140]]
    ),
    "export-encoder": lambda micro, data, socket, features: plain(micro, "export-encoder", side=84),
    "build-backbone": lambda micro, data, socket, features: {
        **plain(micro, "build-backbone", lexicon=micro_model.WORDS, data=rows(data, "sft")),
        **{"model": None, "steps": 2, "batchSize": 4, "learningRate": 1e-3},
    },
}


def test_a_job_of_each_kind_is_tried():
    assert {*CASES} == {*SCHEMAS["jobs"]} == {*KINDS}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, environment=ENVIRONMENT) as (address, _):
        yield address
        # What it says is that a trainer was not forked.
        assert "by itself" not in (folder / "server.log").read_text()


@pytest.fixture(scope="module")
def case(micro, data, tmp_path_factory):
    """Of a kind: its job."""
    features = teacher_features.write(tmp_path_factory.mktemp("teacher") / "features", data)
    with serve_rewards() as rewards:
        yield lambda kind: CASES[kind](micro, data, rewards.server_address, features)


def begin(folder, *jobs, server=None):
    """A trainer in a folder of its own, which is given the second job when it has begun."""
    folder.mkdir()
    paths = [folder / f"job-{i}.json" for i in range(len(jobs))]
    for path, job in zip(paths, jobs, strict=True):
        path.write_text(json.dumps(job))
    process = trainer(paths[0], server=server, environment=ENVIRONMENT, cwd=folder)
    process.stdin.writelines(f"{path}\n" for path in paths[1:])
    process.stdin.flush()
    return process


def result(folder, process):
    """What was said, and a digest of each file, without what is measured."""
    code, events, err = finish(process)
    assert code == 0, err
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.parent != folder]
    return unmeasured(events), {str(path.relative_to(folder)): digest(path) for path in files}


def digest(path):
    content = path.read_bytes()
    if path.name == "trainer_state.json":
        content = json.dumps(unmeasured(json.loads(content))).encode()
    return hashlib.sha256(content).hexdigest()


def unmeasured(value):
    if isinstance(value, dict):
        return {name: unmeasured(each) for name, each in value.items() if name not in MEASURED}
    return [unmeasured(each) for each in value] if isinstance(value, list) else value


def of_both(folder, server, *jobs):
    """What is the same of a trainer that is started by itself and a forked one: what they say, and their files."""
    names = {"plain": None, "forked": server}
    begun = {name: begin(folder / name, *jobs, server=at) for name, at in names.items()}
    (said, files), forked = (result(folder / name, process) for name, process in begun.items())
    assert len(files) > 0
    assert files == forked[1]
    assert said == forked[0]
    return said, files


@pytest.mark.parametrize("kind", CASES)
def test_the_bytes_and_the_words_are_the_same(kind, case, server, tmp_path):
    said, _ = of_both(tmp_path, server, case(kind))
    assert said[-1]["event"] == "finished"


def test_they_are_the_same_where_a_trainer_stays_and_is_given_another_job(case, server, tmp_path):
    job = case("grpo")
    jobs = [changed(job, {"plan": {"stopAt": 1, "stay": True}}), changed(job, {"output": f"{OUTPUT}-2"})]
    said, files = of_both(tmp_path, server, *jobs)
    assert [event["step"] for event in said if event["event"] == "finished"] == [1, STEPS]
    assert f"{OUTPUT}-2/adapter/adapter_model.safetensors" in files
