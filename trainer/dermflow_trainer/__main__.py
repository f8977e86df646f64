"""`python -m dermflow_trainer job.json`: runs one job and exits 0 (finished), 75 (interrupted, saved) or 1 (failed).
`python -m dermflow_trainer --standby '{"threads": 1, "model": "/models/qwen"}'`: imports the libraries for training
jobs of this kind, then waits for the path of one on stdin.
`python -m dermflow_trainer --serve SOCKET '{"threads": 1, "model": "/models/qwen"}'`: imports them and forks a trainer
for each job that is started with the path of SOCKET in the environment (`forking`).

stdout carries JSON lines only: file descriptor 1 is kept for them and then pointed at stderr, so that no library's
print can break a line. When a piped stdin closes, the parent is gone and the process ends at once.
"""

import importlib
import json
import os
import sys
import traceback

from dermflow_trainer.events import Events
from dermflow_trainer.failures import BadInput, Diverged, Interrupted, is_out_of_memory, memory_advice
from dermflow_trainer.forking import SERVER
from dermflow_trainer.forking.client import run_forked
from dermflow_trainer.inbox import Inbox
from dermflow_trainer.interruption import Interruption
from dermflow_trainer.job import load_job, world_size
from dermflow_trainer.kinds import KINDS, MODULES

INTERRUPTED = 75
FAILED = 1


def main(arguments):
    imported, is_forked = None, False
    if len(arguments) == 3 and arguments[0] == "--serve":
        imported, is_forked = settings(json.loads(arguments[2])), True
        # Large, and of no use to what is no server.
        from dermflow_trainer.forking.server import serve

        arguments = serve(arguments[1], lambda: import_libraries(imported, MODULES))
    elif len(arguments) == 1 and os.environ.get(SERVER) and world_size() == 1:
        code = run_forked(os.environ[SERVER], arguments)
        if code is not None:
            return code
    environment = dict(os.environ)
    events = Events(take_stdout())
    Inbox.listen()
    if len(arguments) == 2 and arguments[0] == "--standby":
        imported = settings(json.loads(arguments[1]))
        path = stand_by(imported)
    elif len(arguments) == 1:
        path = arguments[0]
    else:
        return fail(events, "bad-input", "usage: python -m dermflow_trainer job.json")
    try:
        job = load_job(path)
    except BadInput as error:
        return fail(events, "bad-input", str(error))
    try:
        if KINDS[job["job"]].resumes:
            Interruption.listen()
        else:
            Interruption.unblock()
        if (imported is not None and settings(job) != imported) or (is_forked and sees_accelerator()):
            start_anew(events, path, environment)
        os.environ.update(settings(job))
        # Jobs import large libraries: nothing above may.
        outputs = importlib.import_module(f"dermflow_trainer.{KINDS[job['job']].module}").run(job, events)
    except Interrupted:
        # Said as well as returned: a launcher over several ranks has an exit status of its own.
        events.interrupted()
        return INTERRUPTED
    except BadInput as error:
        return fail(events, "bad-input", str(error))
    except Diverged as error:
        return fail(events, "diverged", str(error))
    except Exception as error:
        traceback.print_exc()
        if is_out_of_memory(error):
            return fail(events, "out-of-memory", memory_advice(job))
        return fail(events, "error", f"{type(error).__name__}: {error}")
    events.finished(outputs)
    return 0


def take_stdout():
    """The real stdout; from here on whatever is printed goes to stderr."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return lines


def settings(job):
    """Environment variables that libraries read when they are imported."""
    variables = {
        "TOKENIZERS_PARALLELISM": "false",
        "CUBLAS_WORKSPACE_CONFIG": os.environ.get("CUBLAS_WORKSPACE_CONFIG", ":4096:8"),
        "OMP_NUM_THREADS": str(job["threads"]),
        # Threads that spin at barriers made a step ten times slower wherever another process wanted a core.
        "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "PASSIVE"),
    }
    if world_size() == 1:
        variables |= one_device(os.environ.get("CUDA_VISIBLE_DEVICES"))
    if job["model"] is None or os.path.isdir(job["model"]):
        variables |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    return variables


def one_device(visible):
    """One process takes one GPU, the first that it may see: with several in sight Transformers would split each batch
    over them in threads, which TRL refuses. None or one in sight stay as they are."""
    return {"CUDA_VISIBLE_DEVICES": "0" if visible is None else visible.split(",")[0].strip()}


def import_libraries(imported, modules):
    os.environ.update(imported)
    for module in modules:
        importlib.import_module(f"dermflow_trainer.{module}")


def stand_by(imported):
    """The path of the job that comes on stdin; the end of stdin is that of the parent."""
    Interruption.listen()
    import_libraries(imported, [kind.module for kind in KINDS.values() if kind.resumes])
    path = Inbox.wait()
    if path is None:
        os._exit(FAILED)
    return path


def sees_accelerator():
    """Asked of the driver's tools: a process whose parent asked CUDA itself sees none."""
    import torch

    os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    return torch.cuda.is_available()


def start_anew(events, path, environment):
    """Libraries that were imported with other settings are of no use to this job."""
    os.dup2(events.stream.fileno(), 1)
    Interruption.postpone()
    environment = {name: value for name, value in environment.items() if name != SERVER}
    os.execve(sys.executable, [sys.executable, "-m", "dermflow_trainer", path], environment)


def fail(events, kind, message):
    events.failed(kind, " ".join(message.split()))
    return FAILED


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # Threads of libraries must not keep a finished trainer, and its accelerator, alive.
    sys.stderr.flush()
    os._exit(code)
