"""`python -m dermflow_trainer job.json` itself, in a process of its own."""

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
