"""`python -m dermflow_trainer job.json` itself, in a process of its own."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from jobs import sft_job

PACKAGE = Path(__file__).parent.parent


def start(*arguments, **options):
    command = [sys.executable, "-m", "dermflow_trainer", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, **options)


def test_trains(micro, data, tmp_path):
    job = sft_job(micro, data, tmp_path / "out", plan={"maxSteps": 1, "stopAt": 1}, validation=None)
    (tmp_path / "job.json").write_text(json.dumps(job))
    result = start(tmp_path / "job.json", stdin=subprocess.DEVNULL)
    assert result.returncode == 0, result.stderr
    events = [json.loads(line)["event"] for line in result.stdout.splitlines()]
    assert events == ["started", "metrics", "progress", "checkpoint", "finished"]
    assert (tmp_path / "out/adapter/adapter_model.safetensors").is_file()


def test_without_a_job_says_how_it_is_used():
    result = start()
    assert result.returncode == 1
    assert json.loads(result.stdout)["message"] == "usage: python -m dermflow_trainer job.json"


def stand_by(like, path, folder):
    """Starts a trainer that stands by, gives it the job and keeps its stdin open until it has ended."""
    command = [sys.executable, "-m", "dermflow_trainer", "--standby", json.dumps(like)]
    with open(folder / "stderr", "w+") as stderr:
        process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": str(PACKAGE)}, stdin=subprocess.PIPE, stdout=stderr, stderr=stderr
        )
        process.stdin.write(f"{path}\n".encode())
        process.stdin.flush()
        code = process.wait(timeout=120)
        process.stdin.close()
        stderr.seek(0)
        assert code == 0, stderr.read()


def test_stands_by_and_then_trains_as_if_started_for_the_job(micro, data, tmp_path):
    digests = set()
    # A standby of the same kind as the job, and one of another kind, whose environment would be wrong for it.
    for name, like in (("same", {"threads": 1}), ("other", {"threads": 2}), ("cold", None)):
        output = tmp_path / name
        job = sft_job(micro, data, output, plan={"maxSteps": 2, "stopAt": 2}, validation=None)
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(job))
        if like:
            stand_by({**like, "model": job["model"]}, path, tmp_path)
        else:
            assert start(path, stdin=subprocess.DEVNULL).returncode == 0
        digests.add(hashlib.sha256((output / "adapter/adapter_model.safetensors").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_standing_by_ends_with_its_parent():
    result = start("--standby", json.dumps({"threads": 1, "model": "/"}), input="")
    assert (result.returncode, result.stdout) == (1, "")
