"""Trainers that wait for a job with their libraries imported, as the gpu worker keeps one, and how each job ended."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).parent
KILLED = "killed"


class Waiting:
    """One trainer. `clocked`: by `clocked.py`, which writes seconds and memory of each part of a step on stderr."""

    def __init__(self, folder, name, like, *, clocked=False, environment=None):
        self.folder, self.name = Path(folder), name
        self.times = []
        program = [str(HERE / "clocked.py")] if clocked else ["-m", "dermflow_trainer"]
        with open(self.folder / f"{name}.err", "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *program, "--standby", json.dumps(like)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **(environment or {})},
                text=True,
            )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.times.append((time.monotonic(), json.loads(line)))

    def run(self, job, limit):
        """Runs the job, at most `limit` seconds: its exit code, its events with their seconds, and its log's end."""
        path = self.folder / f"{self.name}.json"
        path.write_text(json.dumps(job))
        start = time.monotonic()
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        try:
            code = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = KILLED
        self.reader.join(5)
        log = (self.folder / f"{self.name}.err").read_text(errors="replace")
        return {
            "code": code,
            "seconds": time.monotonic() - start,
            "events": [{"at": round(at - start, 3), **event} for at, event in self.times],
            "parts": [json.loads(line[len("parts ") :]) for line in log.splitlines() if line.startswith("parts ")],
            "log": log[-6000:],
        }

    def end(self):
        self.process.kill()
        self.process.wait()
