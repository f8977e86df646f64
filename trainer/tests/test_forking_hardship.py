"""A server of trainers that hangs, is asked by many or by strangers, has no more files, or is asked to leave."""

import os
import re
import resource
import signal
import socket
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import quick_package
from serving import LIMIT, finish, serving, trainer, wait_until

from dermflow_trainer.forking import READY, at_path, unix_socket
from dermflow_trainer.forking.requests import send_request
from dermflow_trainer.kinds import MODULES


@pytest.fixture
def quick(micro, data, tmp_path):
    return Quick(quick_package.write(tmp_path / "package", MODULES), micro, data, tmp_path)


@pytest.fixture
def impatient(micro, data, tmp_path):
    """Clients that start by themselves after a second."""
    return Quick(quick_package.write(tmp_path / "package", MODULES, answer_seconds=1), micro, data, tmp_path)


class Quick:
    """Servers and clients whose jobs take no time."""

    def __init__(self, package, micro, data, folder):
        self.variables, self.of, self.folder = {"PYTHONPATH": str(package)}, (micro, data), folder

    @contextmanager
    def serving(self, **options):
        with serving(self.folder, environment=self.variables, **options) as (address, process):
            yield address, process

    def start(self, address, name="job", **options):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return trainer(quick_package.job(*self.of, folder), server=address, environment=self.variables, **options)

    def parents(self, name="job"):
        return quick_package.parents_of(self.folder / name / "out")

    def runs(self, address, **options):
        """Whether a job that is run now is forked, of whom."""
        code, events, err = finish(self.start(address, **options))
        assert (code, [event["event"] for event in events]) == (0, ["finished"]), err
        (parent,) = self.parents()
        return parent

    def hold(self, name="job"):
        """A job of this name does not end until it is let go."""
        (self.folder / name).mkdir()
        path = self.folder / name / "out.wait"
        path.touch()
        return path


@contextmanager
def stranger(address):
    with unix_socket() as connection:
        at_path(connection.connect, str(address))
        yield connection


def rests_of(pid):
    """How often this process has waited of its own accord."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.MULTILINE)[1])


def test_a_server_that_hangs_keeps_nobody_and_forks_nothing_afterwards(impatient):
    with impatient.serving() as (address, process):
        assert impatient.runs(address) == process.pid
        process.send_signal(signal.SIGSTOP)
        assert impatient.runs(address) == os.getpid()
        process.send_signal(signal.SIGCONT)
        time.sleep(0.5)
        assert impatient.parents() == [os.getpid()]
        assert impatient.runs(address) == process.pid


def test_thirty_at_once_are_served(quick):
    with quick.serving() as (address, process):
        clients = [quick.start(address, f"job-{i}") for i in range(30)]
        assert [finish(client)[0] for client in clients] == [0] * 30
        parents = [quick.parents(f"job-{i}") for i in range(30)]
        assert parents == [[process.pid]] * 30


def test_strangers_keep_nobody_waiting_and_do_no_harm(quick):
    with quick.serving() as (address, process), ExitStack() as silent:
        for _ in range(5):
            silent.enter_context(stranger(address))
        for request in ([], {}, {"facts": []}, {"facts": {}}, {"facts": {"Python": [1]}}, "x", None, 5):
            with stranger(address) as connection:
                send_request(connection, request)
        assert quick.runs(address) == process.pid


def test_a_request_without_streams_or_with_half_a_length_is_none(quick):
    with quick.serving() as (address, process):
        for words in (b"abc", (2).to_bytes(8, "big") + b"{}", (2**40).to_bytes(8, "big")):
            with stranger(address) as connection:
                connection.sendall(words)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(10)
                assert connection.recv(1) == READY
                assert connection.recv(1) == b""
        assert quick.runs(address) == process.pid


def test_where_no_more_files_may_be_opened_it_rests_and_serves_again_later(impatient):
    # Both have the limit: trainers are forked from what is like them only.
    few = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))}
    with impatient.serving(**few) as (address, process):
        forked = []
        for count in (0, *range(13, 20)):
            with ExitStack() as strangers:
                for _ in range(count):
                    strangers.enter_context(stranger(address))
                forked.append(impatient.runs(address, **few) == process.pid)
        assert (forked[0], forked[-1]) == (True, False)
        with ExitStack() as strangers:
            for _ in range(30):
                strangers.enter_context(stranger(address))
            before = rests_of(process.pid)
            wait_until(lambda: rests_of(process.pid) > before + 10)
        assert impatient.runs(address, **few) == process.pid


def test_asked_to_leave_it_waits_for_its_trainers_and_takes_no_more(quick):
    with quick.serving() as (address, process):
        going = quick.hold()
        client = quick.start(address)
        wait_until(lambda: quick.parents() == [process.pid])
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert process.poll() is None
        code, _, err = finish(quick.start(address, "late"))
        assert (code, quick.parents("late")) == (0, [os.getpid()]), err
        going.unlink()
        assert finish(client)[0] == 0
        assert process.wait(LIMIT) == 0


def test_asked_to_leave_without_trainers_it_does(quick):
    with quick.serving() as (address, process):
        assert quick.runs(address) == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT) == 0


def test_its_end_is_that_of_all_its_clients(quick):
    with quick.serving() as (address, process):
        names = [f"job-{i}" for i in range(5)]
        waits = [quick.hold(name) for name in names]
        clients = [quick.start(address, name) for name in names]
        wait_until(lambda: all(quick.parents(name) == [process.pid] for name in names))
        process.kill()
        assert [client.wait(LIMIT) for client in clients] == [-signal.SIGKILL] * 5
        for wait in waits:
            wait.unlink()
        assert quick.runs(address) == os.getpid()
