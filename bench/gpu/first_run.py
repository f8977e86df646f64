"""`python bench/gpu/first_run.py OUT --scratch DIR --tokenizer DIR`: docs/first-gpu-run.md on one GPU, no network.

The micro model of the trainer's tests in every precision, beside the processor, and the tests themselves; then a
Qwen2.5-VL-7B of random weights at its true size, by jobs of recipes/skin-r1.yaml. OUT gets `results.json`, which grows
part by part, and logs. The tokenizer is a folder with Qwen2.5-VL's `tokenizer.json` and `tokenizer_config.json`, or
Qwen3's. Parts have time limits, and `--limit` is that of all. `--width small` takes a narrow model, also without a GPU;
`--only sft grpo` takes these parts alone. The variable BITSANDBYTES names a folder with that package, where this Python
lacks it.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = ROOT / "bench/gpu"
TRAINER = ROOT / "trainer"

from large import Jobs, perform, waves_of  # noqa: E402

VISION = {"hidden": 1280, "intermediate": 3420, "depth": 32, "patch": 14, "temporalPatch": 2, "merge": 2}
TRUE = {
    **{"vocabulary": 152064, "hidden": 3584, "intermediate": 18944, "layers": 28, "heads": 28, "keyValueHeads": 4},
    **{"tied": False, "visionHeads": 16, "vision": VISION},
}
SMALL = {
    **TRUE,
    **{"hidden": 64, "intermediate": 128, "layers": 2, "heads": 4, "keyValueHeads": 2, "visionHeads": 4},
    "vision": {**VISION, "hidden": 64, "intermediate": 128, "depth": 2},
}
SHAPES = {"true": TRUE, "small": SMALL}
# Processors without instructions for bf16 take minutes for what others do in a second.
PRECISIONS = {"true": "bf16", "small": "fp32"}
DTYPES = {"bf16": "bfloat16", "fp32": "float32"}
# Of rows: the picture's side, tokens of prompt and completion as domain/plan/memory.ts reckons with. Of jobs: tokens of
# GRPO's completions and of the evaluation's answers, steps of SFT, prompts of a step of GRPO.
ROWS = {"true": (448, 512, 512), "small": (112, 48, 16)}
SIZES = {
    "true": {"completion": 1024, "answer": 64, "steps": 30, "prompts": 16},
    "small": {"completion": 4, "answer": 4, "steps": 2, "prompts": 2},
}
ON_GPU = ["test_precision", "test_sft", "test_grpo", "test_devices", "test_numerics", "test_endings", "test_trl"]


class Report:
    def __init__(self, folder):
        self.path = folder / "results.json"
        self.parts = {}
        self.start = time.monotonic()

    def add(self, name, value):
        self.parts[name] = value
        self.path.write_text(json.dumps(self.parts, indent=1))
        print(f"[{time.monotonic() - self.start:6.1f} s] {name}: {brief(value)}", flush=True)


def brief(value):
    if not isinstance(value, dict) or "events" not in value:
        return json.dumps(value)[:1500]
    last = {name: each for name, each in (value["events"] or [{}])[-1].items() if name != "numerics"}
    return f"code {value['code']} after {value['seconds']:.1f} s, last {json.dumps(last)[:300]}"


class Background:
    """A program beside the others, its output in a file."""

    def __init__(self, out, name, *arguments, cwd=None):
        self.log = out / f"{name}.txt"
        self.start = time.monotonic()
        with open(self.log, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                [sys.executable, *map(str, arguments)],
                **{"stdout": file, "stderr": subprocess.STDOUT, "cwd": cwd},
            )

    def end(self, seconds):
        """Exit code and last lines; ended after so many seconds."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "killed"
        took = round(time.monotonic() - self.start, 1)
        return {"code": code, "seconds": took, "end": self.log.read_text(errors="replace")[-6000:]}


def environment():
    import torch

    smi = shutil.which("nvidia-smi")
    cuda = torch.cuda.is_available()
    names = ("torch", "triton", "transformers", "trl", "peft", "accelerate", "datasets", "bitsandbytes")
    return {
        "nvidia-smi": subprocess.run([smi], capture_output=True, text=True).stdout if smi else None,
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "bf16": torch.cuda.is_bf16_supported() if cuda else None,
        "memory": torch.cuda.mem_get_info() if cuda else None,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version() if cuda else None,
        "python": platform.python_version(),
        "versions": {name: version_of(name) for name in names},
        "device files": sorted(str(path) for path in Path("/dev").glob("nvidia*")),
        "compiler": shutil.which("gcc") or shutil.which("cc"),
    }


def version_of(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def tests(out, name, files):
    spread = ["-n", "6", "--dist", "loadfile"] if version_of("pytest-xdist") else []
    files = [TRAINER / f"tests/{file}.py" for file in files]
    options = ["-q", "-p", "no:cacheprovider", "--tb=short", *spread]
    return Background(out, name, "-m", "pytest", *options, *files, cwd=TRAINER)


def measure(out, scratch, tokenizer, width, limit, patience, only, micro):
    report = Report(out)
    model, rows = scratch / "model", scratch / "rows"

    def wants(part):
        return not only or part in only

    def left(most):
        return max(5, min(patience * most, report.start + limit - time.monotonic()))

    device = "cuda" if any(Path("/dev").glob("nvidia[0-9]*")) else "cpu"
    settings = {"shape": SHAPES[width], "tokenizer": str(tokenizer), "seed": 42, "output": str(model)}
    (scratch / "model.json").write_text(json.dumps({**settings, "dtype": DTYPES[PRECISIONS[width]], "device": device}))
    logs = scratch / "logs"
    logs.mkdir()
    build = Background(logs, "build", ROOT / "bench/rehearse/build_model.py", scratch / "model.json")
    beside = {}
    if wants("micro"):
        beside["micro"] = Background(logs, "micro", HERE / "micro.py", scratch / "micro", *micro)
    if wants("tests"):
        beside["tests on the GPU"] = tests(out, "tests", ON_GPU)
    report.add("environment", environment())
    report.add("build", build.end(left(150)))
    report.add("rows", Background(logs, "rows", HERE / "long_rows.py", model, rows, *ROWS[width]).end(left(60)))
    for name, program in beside.items():
        report.add(name, program.end(left(120)))
    if (scratch / "micro/micro.json").exists():
        shutil.copy(scratch / "micro/micro.json", out / "micro.json")

    from reward_server import serve_rewards

    jobs = Jobs(model, rows, scratch / "runs", threads=min(8, os.cpu_count() or 1), precision=PRECISIONS[width])
    with serve_rewards() as server:
        waves = waves_of(jobs, server.server_address, **SIZES[width])
        wanted = [[part for part in wave if wants(part.name)] for wave in waves]
        perform([wave for wave in wanted if wave], jobs, logs, report, left)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--width", choices=tuple(SHAPES), default="true")
    parser.add_argument("--limit", type=int, default=3600)
    parser.add_argument("--patience", type=float, default=1, help="by how much slower a machine may be")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--micro", nargs="*", default=[], help="experiments of micro.py; all where none is named")
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(TRAINER), os.environ.get("PYTHONPATH")]))
    for folder in (given.out, given.scratch):
        folder.mkdir(parents=True, exist_ok=True)
    measure(
        given.out, given.scratch, given.tokenizer, given.width, given.limit, given.patience, given.only, given.micro
    )


if __name__ == "__main__":
    main()
