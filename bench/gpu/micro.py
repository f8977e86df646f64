"""`python micro.py FOLDER [NAME…]`: the micro model of the trainer's tests on this machine's accelerator, beside the
processor: which runs repeat each other bit for bit, which resumes do, and what each fails with. Writes
FOLDER/micro.json."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "trainer" / part) for part in ("tests", ".")]

ON_CPU = {"CUDA_VISIBLE_DEVICES": ""}
QUICK = {"optimiser": {"warmupRatio": 0}}


def measure(folder, only):
    # conftest prepares what the tests share, and the process that runs are forked from.
    import conftest  # noqa: F401
    import micro_model
    import rows
    from reward_server import serve_rewards

    folder.mkdir(parents=True, exist_ok=True)
    micro, data = folder / "micro", folder / "data"
    data.mkdir()
    micro_model.build(micro)
    rows.write(data)
    with serve_rewards() as server, ThreadPoolExecutor(14) as pool:
        wanted = [
            each for each in experiments(micro, data, folder, server.server_address) if not only or each[0] in only
        ]
        found = {name: pool.submit(each) for name, each in wanted}
        return {name: outcome(future) for name, future in found.items()}


def outcome(future):
    try:
        return future.result()
    except Exception as error:
        return {"error": repr(error)[-3000:]}


def experiments(micro, data, folder, socket):
    from jobs import grpo_job, sft_job

    def job(stage, name, **changes):
        output = folder / "runs" / name / "out"
        extra = [socket] if stage == "grpo" else []
        return (sft_job if stage == "sft" else grpo_job)(micro, data, output, *extra, **changes)

    for stage in ("sft", "grpo"):
        for precision, checkpointing in (("fp32", False), ("bf16", True)):
            same = {"precision": precision, "gradientCheckpointing": checkpointing, **QUICK}
            yield f"{stage} {precision}", lambda s=stage, p=precision, c=same: repeated(s, p, job, folder, c)
        yield f"{stage} fp32 on the processor", lambda s=stage: alone(job(s, f"{s}-cpu", **QUICK), folder, ON_CPU)
    plain = {"lora": {"dropout": 0}, **QUICK}
    yield "sft fp32, no dropout", lambda: alone(job("sft", "still", **plain), folder)
    yield "sft fp32, no dropout, on the processor", lambda: alone(job("sft", "still-cpu", **plain), folder, ON_CPU)
    for name, changes in (
        ("tf32", {"trl": {"tf32": True}}),
        ("no-tf32", {"trl": {"tf32": False}}),
        ("redraws", {"redraws": 2}),
    ):
        stage = "grpo" if name == "redraws" else "sft"
        yield f"{stage} {name}", lambda s=stage, n=name, c=changes: resumed(s, n, job, folder, {**QUICK, **c})
    yield "answers", lambda: answers(micro, data, folder)
    yield "merge", lambda: merged(micro, folder)


def alone(job, folder, environment=None):
    from running import run

    place = folder / "runs" / Path(job["output"]).parent.name
    place.mkdir(parents=True)
    return result_of(run(job, place, environment=environment))


def result_of(result):
    return {
        "code": result.code,
        "started": result.of("started"),
        "values": result.values,
        "exact": [event["exact"] for event in result.of("checkpoint")],
        "memory": [event.get("memoryBytes") for event in result.of("progress")],
        "failed": result.of("failed"),
        "warnings": sorted({line for line in result.stderr.splitlines() if "Warning" in line or "determin" in line}),
        "log": result.stderr[-1500:] if result.code else "",
    }


def resumed(stage, name, job, folder, changes):
    """Straight, and stopped at half way and resumed: whether both end with the same bytes."""
    from comparing import state_digests

    straight = alone(job(stage, f"{name}-straight", **changes), folder)
    first = alone(job(stage, f"{name}-first", **changes, plan={"stopAt": 3}), folder)
    half = folder / f"runs/{name}-first/out/checkpoint-3"
    second = alone(job(stage, f"{name}-second", **changes, resume=str(half)), folder)
    ends = [folder / f"runs/{name}-{each}/out/checkpoint-6" for each in ("straight", "second")]
    same = equal(*(state_digests(end) for end in ends)) if all(end.is_dir() for end in ends) else None
    return {"straight": straight, "first": first, "second": second, "resume repeats": same}


def repeated(stage, precision, job, folder, changes):
    """The same, and whether a second straight run has the same bytes as the first."""
    from comparing import state_digests

    name = f"{stage}-{precision}"
    found = resumed(stage, name, job, folder, changes)
    found["again"] = alone(job(stage, f"{name}-again", **changes), folder)
    ends = [folder / f"runs/{name}-{each}/out/checkpoint-6" for each in ("straight", "again")]
    found["run repeats"] = equal(*(state_digests(end) for end in ends)) if all(end.is_dir() for end in ends) else None
    return found


def equal(ours, theirs):
    return {name: ours[name] == theirs[name] for name in ours}


def answers(micro, data, folder):
    """Greedy answers on the accelerator and on the processor."""
    from running import run

    texts, codes = [], []
    for name, environment in (("gpu", {}), ("cpu", ON_CPU)):
        place = folder / f"runs/answers-{name}"
        place.mkdir(parents=True)
        job = {
            **{"schema": 1, "job": "generate", "seed": 7, "threads": 1, "precision": "fp32"},
            **{"model": str(micro / "base"), "adapter": str(micro / "adapter"), "output": str(place / "out")},
            "data": {"rows": str(data / "grpo.jsonl"), "images": str(data / "images")},
            **{"batchSize": 4, "maxNewTokens": 12},
        }
        result = run(job, place, environment=environment)
        codes.append(result.code)
        texts.append((place / "out/generated.jsonl").read_text() if result.code == 0 else result.stderr[-1500:])
    return {"codes": codes, "same": texts[0] == texts[1], "texts": texts if texts[0] != texts[1] else []}


def merged(micro, folder):
    place = folder / "runs/merge"
    job = {
        **{"schema": 1, "job": "merge", "seed": 7, "threads": 1, "precision": "bf16"},
        **{"model": str(micro / "base"), "adapter": str(micro / "adapter"), "output": str(place / "out")},
    }
    return alone(job, folder)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    found = measure(target, sys.argv[2:])
    (target / "micro.json").write_text(json.dumps(found, indent=1))
