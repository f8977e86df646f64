"""Asks for rewards: `POST /rewards` on a Unix socket, answered by the process that started this one.

The other side says `100 Continue` every few seconds while it computes, so silence means that it is gone. A connection
that breaks is opened again and the same request sent: asking twice changes nothing, an equal request is scored once.
"""

import http.client
import json
import os
import socket
import time

from dermflow_trainer.job import rank, world_size
from dermflow_trainer.schema import mismatch, parse

# Without a byte from the other side.
SILENCE_SECONDS = 120
# For one step's rewards, after which no other try is begun: a little more than the other side's own three tries may
# take. A try that never ends is ended with this process, which is silent meanwhile, by the other side's stall limit.
TOTAL_SECONDS = 1600
# Before the second try and so on; one try more than there are pauses.
PAUSES_SECONDS = (0.5, 1, 2, 4)


class RewardError(Exception):
    """The other side does not answer, or not as agreed."""


class RewardConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=SILENCE_SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Rewards:
    """Scores a step's completions once and hands out one component after the other."""

    def __init__(self, job):
        self.names = job["rewardNames"]
        self.scored = None
        # Of the step at hand, by question and completion: what was asked for by `preview`.
        self.previewed = (None, {})
        self.follow(job)

    def follow(self, job):
        """The next stretch's rewards are asked for and written elsewhere."""
        self.job = job
        self.socket = job["rewardSocket"]
        self.samples = samples_of(job)

    def functions(self):
        return [self.function(name) for name in self.names]

    def function(self, name):
        def component(completions, id, trainer_state, **_):
            return self.score(trainer_state.global_step + 1, id, [turn[-1]["content"] for turn in completions])[name]

        component.__name__ = name
        return component

    def score(self, step, ids, completions):
        request = {"step": step, "ids": ids, "completions": completions}
        if self.scored is None or self.scored[0] != request:
            self.scored = (request, self.of_preview(request) or self.ask_for_all_ranks(request))
        return self.scored[1]

    def of(self, step, ids, completions):
        """Rewards of completions that are no step's, and no samples of one."""
        return self.ask_for_all_ranks({"step": step, "ids": ids, "completions": completions}, final=False)

    def preview(self, step, ids, completions):
        """The rewards of completions that may yet be drawn again: kept, so that none is asked for twice in a step, and
        not written down."""
        answer = self.of(step, ids, completions)
        if self.previewed[0] != step:
            self.previewed = (step, {})
        for i, key in enumerate(zip(ids, completions, strict=True)):
            self.previewed[1][key] = {name: answer[name][i] for name in self.names}
        return answer

    def of_preview(self, request):
        """The answer out of what `preview` was asked; None where it was not asked all, alike on every rank."""
        step, known = self.previewed
        keys = list(zip(request["ids"], request["completions"], strict=True))
        if step != request["step"] or any(key not in known for key in keys):
            return None
        components = {name: [known[key][name] for key in keys] for name in self.names}
        if rank() == 0:
            self.samples.write(request, components)
        return components

    def ask_for_all_ranks(self, request, *, final=True):
        """Rank 0 asks, since only its machine has the socket; each rank gets the rewards of its own completions."""
        if world_size() == 1:
            return self.ask(request, final=final)
        from torch.distributed import all_gather_object, broadcast_object_list

        requests = [None] * world_size()
        all_gather_object(requests, request)
        answer = [None]
        if rank() == 0:
            joined = {name: [item for part in requests for item in part[name]] for name in ("ids", "completions")}
            try:
                answer = [self.ask({**request, **joined}, final=final)]
            except RewardError as error:
                # All ranks must hear of it, or they wait forever.
                answer = [error]
        broadcast_object_list(answer, src=0)
        if isinstance(answer[0], RewardError):
            raise answer[0]
        start = sum(len(part["ids"]) for part in requests[: rank()])
        return {name: values[start : start + len(request["ids"])] for name, values in answer[0].items()}

    def ask(self, request, *, final=True):
        status, body = self.post(json.dumps(request))
        if status != 200:
            raise RewardError(f"rewards were refused with status {status}: {body[:300]}")
        try:
            answer = parse(body)
        except ValueError as error:
            raise RewardError(f"rewards are not as agreed: {body[:300]}") from error
        problem = mismatch(answer, "rewards")
        if problem:
            raise RewardError(f"rewards are not as agreed: {problem}: {body[:300]}")
        components = answer["components"]
        for name in self.names:
            if len(components.get(name, [])) != len(request["completions"]):
                raise RewardError(
                    f"rewards lack a number in {name} for each of {len(request['completions'])} completions"
                )
        components = {name: components[name] for name in self.names}
        if final:
            self.samples.write(request, components)
        return components

    def post(self, request):
        """Status and body of the answer, after as many tries as it takes and the limits allow."""
        give_up_at = time.monotonic() + TOTAL_SECONDS
        for pause in (*PAUSES_SECONDS, None):
            try:
                return self.post_once(request)
            except (OSError, http.client.HTTPException) as error:
                # Its socket is removed when the other side ends, and it does not come back under this name.
                over = isinstance(error, FileNotFoundError) or time.monotonic() >= give_up_at
                if pause is None or over:
                    raise RewardError(f"no rewards from socket {self.socket}: {error!r}") from error
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def post_once(self, request):
        connection = RewardConnection(self.socket)
        try:
            connection.request("POST", "/rewards", request, {"content-type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


def samples_of(job):
    return Samples(os.path.join(job["output"], "samples.jsonl"))


class Samples:
    """A few completions of each step with their rewards, for the report."""

    PER_STEP = 4

    def __init__(self, path):
        self.path = path
        self.begun = False

    def write(self, request, components):
        if not self.begun:
            self.forget_from(request["step"])
        with open(self.path, "a", encoding="utf-8") as lines:
            for i in range(min(self.PER_STEP, len(request["ids"]))):
                row = {"step": request["step"], "id": request["ids"][i], "completion": request["completions"][i]}
                row["components"] = {name: values[i] for name, values in components.items()}
                lines.write(json.dumps(row) + "\n")

    def forget_from(self, step):
        """Drops what an attempt in the same folder wrote after the checkpoint that this one resumes from."""
        self.begun = True
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as lines:
                kept = [line for line in lines if line.endswith("\n") and json.loads(line)["step"] < step]
            with open(self.path, "w", encoding="utf-8") as lines:
                lines.writelines(kept)
