"""A reward server in Python: `POST /rewards` on a Unix socket, as the training activity serves it."""

import json
import os
import socketserver
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler


def score(completion):
    """`even`: share of words with an even number. `short`: 1 for no words, falling with each."""
    words = completion.split()
    even = sum(word[-1:] in "02468" for word in words) / max(len(words), 1)
    return {"even": even, "short": 1 / (1 + len(words))}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(request)
        scores = [score(completion) for completion in request["completions"]]
        components = {name: [parts[name] for parts in scores] for name in ("even", "short")}
        status, body = self.server.spoil(200, json.dumps({"components": components}))
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass

    def address_string(self):
        return "unix"


class RewardServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path, spoil):
        super().__init__(path, Handler)
        self.requests = []
        self.spoil = spoil


@contextmanager
def serve_rewards(spoil=lambda status, body: (status, body)):
    """Yields the server: `server_address` is the socket, `requests` what was asked. `spoil` changes answers."""
    with tempfile.TemporaryDirectory() as folder, RewardServer(os.path.join(folder, "rewards.sock"), spoil) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
