"""A server that forks trainers and its clients, as processes."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from jobs import sft_job

PACKAGE = Path(__file__).parent.parent
SERVER = "DERMFLOW_TRAINER_SERVER"
# Seconds after which something will not come any more, also where a machine is busy.
LIMIT = 300
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PACKAGE)}


def trainer(*arguments, server=None, environment=None, **options):
    variables = {**ENVIRONMENT, **(environment or {}), **({} if server is None else {SERVER: str(server)})}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "dermflow_trainer", *map(str, arguments)]
    # Python looks for modules in the folder of a process first.
    folder = {"cwd": variables["PYTHONPATH"]}
    return subprocess.Popen(command, env=variables, text=True, **{**folder, **pipes, **options})


@contextmanager
def serving(folder, threads=1, **options):
    # Longer than a socket's address may be.
    address = folder / ("home" * 20) / ("of" * 20) / "trainers.sock"
    address.parent.mkdir(parents=True)
    with open(folder / "server.log", "w+") as log:
        like = json.dumps({"threads": threads, "model": str(folder)})
        process = trainer("--serve", address, like, **{"stdout": log, "stderr": log, **options})
        try:
            while not address.exists():
                assert process.poll() is None, (folder / "server.log").read_text()
                time.sleep(0.05)
            yield address, process
        finally:
            process.kill()
            process.wait()


def write_job(folder, micro, data, **fields):
    job = sft_job(micro, data, folder / "out", **{"validation": None, **fields})
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    return path


def finish(process):
    """Stdin stays open to the end: a trainer ends with it."""
    events = [json.loads(line) for line in process.stdout]
    return process.wait(LIMIT), events, process.stderr.read()


def wait_until(condition):
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
