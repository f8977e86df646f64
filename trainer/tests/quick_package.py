"""A copy of the trainer's package whose jobs import nothing and note that they ran: what is about processes alone needs
no training. A folder for PYTHONPATH."""

import shutil

from serving import PACKAGE, write_job

JOBS = """
import os, time

def run(job, events):
    with open(job["output"] + ".ran", "a") as file:
        file.write(f"{os.getppid()}\\n")
    while os.path.exists(job["output"] + ".wait"):
        time.sleep(0.02)
    return {}
"""
TORCH = """
class cuda:
    is_available = staticmethod(lambda: False)
"""


def write(folder, modules, answer_seconds=60):
    """`answer_seconds`: how long a client waits for the server."""
    package = folder / "dermflow_trainer"
    shutil.copytree(PACKAGE / "dermflow_trainer", package, ignore=shutil.ignore_patterns("__pycache__"))
    for module in modules:
        (package / f"{module.replace('.', '/')}.py").write_text(JOBS)
    (folder / "torch.py").write_text(TORCH)
    client = package / "forking/client.py"
    text = client.read_text()
    assert "ANSWER_SECONDS = 60\n" in text
    client.write_text(text.replace("ANSWER_SECONDS = 60\n", f"ANSWER_SECONDS = {answer_seconds}\n"))
    return folder


def parents_of(output):
    """Of each trainer that ran the job with this output: its parent's process id."""
    path = output.with_name(f"{output.name}.ran")
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def job(micro, data, folder):
    """The path of a new job with the output `out` in this folder, which has not run."""
    (folder / "out.ran").unlink(missing_ok=True)
    return write_job(folder, micro, data)
