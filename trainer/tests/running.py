"""Runs jobs through the trainer's `main`, each in a process of its own with a pipe on stdin, stdout and stderr.

The processes are forked from one that has imported the libraries, so a run takes as long as its training.
`test_command_line.py` starts the same `main` by `python -m dermflow_trainer`.
"""

import json
import multiprocessing
import os
import socket
import sys
from dataclasses import dataclass

from dermflow_trainer.schema import mismatch

TIMEOUT_SECONDS = 120


@dataclass
class Run:
    """How a job ended. `values`: what was logged, one dictionary per step."""

    code: int
    events: list
    stderr: str

    def of(self, kind):
        return [event for event in self.events if event["event"] == kind]

    @property
    def values(self):
        steps = {}
        for event in self.of("metrics"):
            steps.setdefault(event["step"], {}).update(event["values"])
        return steps

    @property
    def failure(self):
        return self.events[-1]["kind"], self.events[-1]["message"]


class Started:
    """A job that runs. `instrument`: a function of `instruments.py` that is called in the process before `main`."""

    def __init__(self, job, folder, *, instrument=None, environment=None, name="job"):
        self.paths = {kind: folder / f"{name}.{kind}" for kind in ("json", "out", "err")}
        self.paths["json"].write_text(json.dumps(job))
        self.paths["out"].touch()
        stdin, self.lifeline = os.pipe()
        context = multiprocessing.get_context("forkserver")
        reader = multiprocessing.reduction.DupFd(stdin)
        arguments = (reader, {kind: str(path) for kind, path in self.paths.items()}, instrument, environment or {})
        self.process = context.Process(target=run_main, args=arguments)
        self.process.start()
        os.close(stdin)

    def wait(self):
        self.process.join(TIMEOUT_SECONDS)
        if self.process.exitcode is None:
            self.process.kill()
            raise TimeoutError(self.paths["err"].read_text()[-2000:])
        if self.lifeline is not None:
            os.close(self.lifeline)
        events = [json.loads(line) for line in self.paths["out"].read_text().splitlines()]
        for event in events:
            assert mismatch(event, "events", event["event"]) is None, event
        return Run(self.process.exitcode, events, self.paths["err"].read_text())

    def let_go(self):
        """What the kernel does to the pipe of a parent that dies."""
        os.close(self.lifeline)
        self.lifeline = None


def run_main(stdin, paths, instrument, environment):
    os.environ.update(environment)
    os.dup2(stdin.detach(), 0)
    for number, kind in ((1, "out"), (2, "err")):
        file = os.open(paths[kind], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    sys.argv = ["dermflow_trainer", paths["json"]]
    from dermflow_trainer.__main__ import main

    if instrument is not None:
        instrument()
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)


def run(job, folder, **options):
    return Started(job, folder, **options).wait()


def run_ranks(job, folder, count, **options):
    """One job on `count` processes that talk by gloo, as `accelerate launch` starts them."""
    return [rank.wait() for rank in start_ranks(job, folder, count, **options)]


def start_ranks(job, folder, count, environment=None, **options):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"WORLD_SIZE": str(count), "LOCAL_WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    shared |= {"ACCELERATE_USE_CPU": "true", "GLOO_SOCKET_IFNAME": "lo"}
    shared |= environment or {}
    return [
        Started(job, folder, environment={**shared, "RANK": str(i), "LOCAL_RANK": str(i)}, name=f"rank{i}", **options)
        for i in range(count)
    ]
