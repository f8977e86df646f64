"""A trainer that stays at the end of a stretch and goes on with the next one repeats the run that never stops."""

import json
import os
import signal
import time

import pytest
from comparing import adapter_of, digest, state_digests
from jobs import grpo_job, sft_job
from reward_server import serve_rewards
from running import Started, run

STEPS = 7
PLAN = {"maxSteps": STEPS, "stopAt": STEPS, "saveEvery": 1, "stay": True}
# Eight rows: SFT 3 steps per epoch, GRPO 2; both more than two epochs.
SFT = {"batchSize": 3, "perDeviceBatchSize": 1, "plan": PLAN}
GRPO = {"promptsPerStep": 3, "generations": 2, "perDeviceBatchSize": 2, "plan": PLAN}


class Stretches:
    """One process that is given one stretch after the other, each with an output folder of its own."""

    def __init__(self, job, folder):
        self.job, self.folder = job, folder
        self.stops = []
        self.started = None

    def begin(self, stop_at, **changes):
        self.stops.append(stop_at)
        output = self.folder / f"until-{stop_at}"
        job = {**self.job, **changes, "output": str(output), "plan": {**PLAN, "stopAt": stop_at}}
        if self.started is None:
            self.started = Started(job, self.folder)
            return
        path = self.folder / f"job-{stop_at}.json"
        path.write_text(json.dumps(job))
        os.write(self.started.lifeline, f"{path}\n".encode())

    def until_ended(self, count):
        give_up_at = time.monotonic() + 120
        while time.monotonic() < give_up_at:
            lines = self.started.paths["out"].read_text().splitlines(keepends=True)
            events = [json.loads(line)["event"] for line in lines if line.endswith("\n")]
            if events.count("finished") == count or "failed" in events:
                return
            time.sleep(0.05)
        raise TimeoutError(self.started.paths["err"].read_text()[-2000:])

    def checkpoint(self, step):
        stop = next(stop for stop in self.stops if stop >= step)
        return self.folder / f"until-{stop}" / f"checkpoint-{step}"


def trained(name, folder, micro, data, stops):
    """The stretches as they ended, the result, and the prompts that each step asked about."""
    folder.mkdir()
    servers = [serve_rewards() for _ in stops]
    entered = [server.__enter__() for server in servers]
    try:
        sockets = [str(server.server_address) for server in entered]
        if name == "grpo":
            job = grpo_job(micro, data, folder, sockets[0], **GRPO)
        else:
            job = sft_job(micro, data, folder, **SFT)
        stretches = Stretches(job, folder)
        for count, (stop, socket) in enumerate(zip(stops, sockets, strict=True), start=1):
            stretches.begin(stop, **({"rewardSocket": socket} if name == "grpo" else {}))
            stretches.until_ended(count)
        result = stretches.started.wait()
        assert result.code == 0, result.stderr
        asked = [{request["step"]: request["ids"] for request in server.requests} for server in entered]
        return stretches, result, asked
    finally:
        for server in servers:
            server.__exit__(None, None, None)


@pytest.mark.parametrize("name", ["sft", "grpo"])
def test_going_on_in_one_process_changes_nothing(name, micro, data, tmp_path):
    straight, one, asked_once = trained(name, tmp_path / "straight", micro, data, [STEPS])
    stops = [1, 2, 5, STEPS]
    stretches, many, asked = trained(name, tmp_path / "stretches", micro, data, stops)
    assert [event["step"] for event in many.of("finished")] == stops
    assert [event["step"] for event in many.of("started")] == [0, 1, 2, 5]
    for step in range(1, STEPS + 1):
        pair = (stretches.checkpoint(step), straight.checkpoint(step))
        assert len({json.dumps(state_digests(folder), sort_keys=True) for folder in pair}) == 1, step
        history = [json.loads((folder / "trainer_state.json").read_text())["log_history"] for folder in pair]
        assert without_times(history[0]) == without_times(history[1]), step
        ours, theirs = ({k: v for k, v in r.values[step].items() if k != "eval_loss"} for r in (many, one))
        assert ours == theirs, step
    adapters = [adapter_of(each.folder / f"until-{STEPS}/adapter") for each in (stretches, straight)]
    assert len({digest(adapter) for adapter in adapters}) == 1
    if name == "sft":
        assert [step for step, values in many.values.items() if "eval_loss" in values] == stops
        assert many.values[STEPS]["eval_loss"] == one.values[STEPS]["eval_loss"]
    else:
        # Each stretch asked its own server, and wrote its own samples.
        assert [sorted(each) for each in asked] == [[1], [2], [3, 4, 5], [6, 7]]
        assert {**asked[0], **asked[1], **asked[2], **asked[3]} == asked_once[0]
        samples = (stretches.folder / "until-5/samples.jsonl").read_text().splitlines()
        assert {json.loads(line)["step"] for line in samples} == {3, 4, 5}


def without_times(history):
    return [{name: value for name, value in entry.items() if name != "step_time"} for entry in history]


@pytest.fixture
def staying(micro, data, tmp_path):
    stretches = Stretches(sft_job(micro, data, tmp_path, **{**SFT, "validation": None}), tmp_path)
    stretches.begin(1)
    stretches.until_ended(1)
    return stretches


def test_what_is_no_next_stretch_is_refused(staying):
    staying.begin(2, seed=8)
    result = staying.started.wait()
    assert result.code == 1
    assert result.failure[0] == "bad-input"
    assert result.failure[1].endswith("field seed: another than that of the stretch before")


def test_asked_to_leave_it_ends_as_a_stretch_that_does_not_stay(staying):
    os.kill(staying.started.process.pid, signal.SIGTERM)
    result = staying.started.wait()
    assert result.code == 0
    assert [event["event"] for event in result.events][-1] == "finished"


def test_it_ends_with_its_parent(staying):
    staying.started.let_go()
    assert staying.started.wait().code == 1


def test_the_end_of_the_plan_is_an_end(micro, data, tmp_path):
    plan = {"maxSteps": 1, "stopAt": 1, "saveEvery": 1, "stay": True}
    result = run(sft_job(micro, data, tmp_path / "out", plan=plan, validation=None), tmp_path)
    assert (result.code, len(result.of("finished"))) == (0, 1)
