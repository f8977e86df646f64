"""A hub on this machine, in the form in which `huggingface_hub` talks to one: revisions by name, files by commit."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(with_body=True)

    def do_HEAD(self):
        self.answer(with_body=False)

    def answer(self, *, with_body):
        hub = self.server
        path = unquote(urlsplit(self.path).path).strip("/")
        hub.requests.append(f"{self.command} {path}")
        name = "/".join(path.removeprefix("api/models/").split("/")[:2])
        if hub.away:
            return self.send(503, b"", with_body)
        if name not in hub.models:
            return self.send(404, b"{}", with_body, {"X-Error-Code": "RepoNotFound"})
        if name in hub.gated and "/resolve/" in path:
            return self.send(403, b"{}", with_body, {"X-Error-Code": "GatedRepo"})
        revisions = hub.models[name]
        if path.startswith(f"api/models/{name}/tree/"):
            return self.list_folder(path.partition("/tree/")[2], with_body)
        if path.startswith("api/models/"):
            revision = path.partition("/revision/")[2] or "main"
            if revision not in revisions:
                return self.send(404, b"{}", with_body, {"X-Error-Code": "RevisionNotFound"})
            return self.send(200, json.dumps({"id": name, "sha": revisions[revision]}).encode(), with_body)
        revision, _, file = path.partition("/resolve/")[2].partition("/")
        commit = revisions.get(revision, revision)
        if commit not in hub.folders:
            return self.send(404, b"", with_body, {"X-Error-Code": "RevisionNotFound"})
        place = Path(hub.folders[commit]) / file
        known = {"X-Repo-Commit": commit}
        if not place.is_file():
            return self.send(404, b"", with_body, {**known, "X-Error-Code": "EntryNotFound"})
        data = place.read_bytes()
        return self.send(200, data, with_body, {**known, "ETag": f'"{hashlib.sha256(data).hexdigest()}"'})

    def list_folder(self, place, with_body):
        commit, _, below = place.partition("/")
        folder = Path(self.server.folders[commit]) / below
        if not folder.is_dir():
            return self.send(404, b"", with_body, {"X-Error-Code": "EntryNotFound"})
        files = [
            {"type": "file", "path": f"{below}/{file.name}".strip("/"), "size": file.stat().st_size, "oid": "0"}
            for file in folder.iterdir()
        ]
        return self.send(200, json.dumps(files).encode(), with_body)

    def send(self, status, body, with_body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class FakeHub(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.models, self.folders, self.gated, self.requests, self.away = {}, {}, set(), [], False

    def publish(self, name, folder, revision="main"):
        """A commit with these files, to which the revision points from now on."""
        commit = hashlib.sha1(f"{name} {folder} {len(self.folders)}".encode()).hexdigest()
        self.folders[commit] = folder
        self.models.setdefault(name, {})[revision] = commit
        return commit

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serve_hub():
    with FakeHub() as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        yield hub
        hub.shutdown()
