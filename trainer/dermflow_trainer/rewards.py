"""Asks for rewards: `POST /rewards` on a Unix socket, answered by the process that started this one."""

import http.client
import json
import socket


class RewardConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Rewards:
    """Scores a step's completions once and hands out one component after the other."""

    def __init__(self, job, samples):
        self.socket = job["rewardSocket"]
        self.names = job["rewardNames"]
        self.samples = samples
        self.scored = None

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
            components = self.ask(request)
            self.scored = (request, components)
            self.samples.write(request, components)
        return self.scored[1]

    def ask(self, request):
        connection = RewardConnection(self.socket)
        try:
            connection.request("POST", "/rewards", json.dumps(request), {"content-type": "application/json"})
            response = connection.getresponse()
            body = response.read().decode()
        except OSError as error:
            raise RuntimeError(f"no rewards from {self.socket}: {error}") from error
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(f"rewards were refused with status {response.status}: {body[:300]}")
        components = json.loads(body)["components"]
        for name in self.names:
            if len(components.get(name, [])) != len(request["completions"]):
                raise RuntimeError(f"rewards lack component {name} for {len(request['completions'])} completions")
        return components


class Samples:
    """A few completions of each step with their rewards, for the report."""

    PER_STEP = 4

    def __init__(self, path):
        self.path = path

    def write(self, request, components):
        with open(self.path, "a", encoding="utf-8") as lines:
            for i in range(min(self.PER_STEP, len(request["ids"]))):
                parts = {name: values[i] for name, values in components.items()}
                row = {"step": request["step"], "id": request["ids"][i], "completion": request["completions"][i]}
                lines.write(json.dumps({**row, "components": parts}) + "\n")
