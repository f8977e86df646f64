"""Trainers forked from a server, as processes: what their parent sees of them is what it sees of any trainer."""

import hashlib
import json
import os
import signal
import time
from pathlib import Path

import pytest
from serving import LIMIT, finish, serving, trainer, wait_until, write_job


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as (address, process):
        yield address
        assert process.poll() is None


def adapter_digest(folder):
    return hashlib.sha256((folder / "out/adapter/adapter_model.safetensors").read_bytes()).hexdigest()


def reach_step(process, step):
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["step"] >= step:
            return
    raise AssertionError(process.stderr.read())


def children_of(pid):
    """Process ids of living children."""
    ids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in ids if "Z" not in Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()[0]]


long_job = {"plan": {"maxSteps": 400, "stopAt": 400, "saveEvery": 400}}


def test_trains_the_same_bytes_forked_or_not_of_the_servers_kind_or_not(micro, data, tmp_path, server):
    digests = set()
    for name, threads, at in (("plain", 1, None), ("forked", 1, server), ("again", 1, server), ("other", 2, server)):
        folder = tmp_path / name
        folder.mkdir()
        path = write_job(folder, micro, data, plan={"maxSteps": 2, "stopAt": 2}, threads=threads)
        code, events, err = finish(trainer(path, server=at))
        assert code == 0, err
        assert [event["event"] for event in events][-1] == "finished"
        digests.add(adapter_digest(folder))
    assert len(digests) == 1


def test_tells_a_mistake_and_its_exit_code(micro, data, tmp_path, server):
    path = write_job(tmp_path, micro, data)
    path.write_text(path.read_text().replace('"job"', '"work"'))
    code, events, _ = finish(trainer(path, server=server))
    assert (code, events[-1]["event"], events[-1]["kind"]) == (1, "failed", "bad-input")


def test_has_its_clients_folder_environment_and_mask(micro, data, tmp_path, server):
    write_job(tmp_path, micro, data, plan={"maxSteps": 1, "stopAt": 1})
    code, _, err = finish(trainer("job.json", server=server, cwd=tmp_path, umask=0o077))
    assert code == 0, err
    assert (tmp_path / "out/adapter").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_saves_and_leaves_when_its_client_is_asked_to(micro, data, tmp_path, server, number):
    process = trainer(write_job(tmp_path, micro, data, **long_job), server=server)
    reach_step(process, 2)
    process.send_signal(number)
    code, events, err = finish(process)
    assert code == 75, err
    assert [event["event"] for event in events][-2:] == ["checkpoint", "interrupted"]


@pytest.mark.parametrize("threads", [1, 2])
def test_leaves_also_when_it_is_asked_before_it_runs(micro, data, tmp_path, threads):
    with serving(tmp_path) as (address, process):
        path = write_job(tmp_path, micro, data, threads=threads, **long_job)
        clients = [trainer(path, server=address) for _ in range(2)]
        # The server imports still, so both have said what they want and wait.
        time.sleep(1)
        for client, number in zip(clients, (signal.SIGTERM, signal.SIGINT), strict=True):
            client.send_signal(number)
        for client in clients:
            code, events, err = finish(client)
            assert code == 75, err
            assert events[-1]["event"] == "interrupted"
        assert process.poll() is None


def test_dies_with_its_client_and_with_the_parent_that_held_stdin(micro, data, tmp_path):
    with serving(tmp_path) as (address, process):
        client = trainer(write_job(tmp_path, micro, data, **long_job), server=address)
        reach_step(client, 1)
        assert len(children_of(process.pid)) == 1
        client.kill()
        wait_until(lambda: children_of(process.pid) == [])

        client = trainer(write_job(tmp_path, micro, data, **long_job), server=address)
        reach_step(client, 1)
        client.stdin.close()
        assert client.wait(LIMIT) == 1
        assert children_of(process.pid) == []


def test_its_client_dies_as_it_does(micro, data, tmp_path):
    with serving(tmp_path) as (address, process):
        client = trainer(write_job(tmp_path, micro, data, **long_job), server=address)
        reach_step(client, 1)
        os.kill(children_of(process.pid)[0], signal.SIGKILL)
        assert client.wait(LIMIT) == -signal.SIGKILL
        assert process.poll() is None


def test_ends_with_the_server_which_others_do_without(micro, data, tmp_path):
    with serving(tmp_path) as (address, process):
        client = trainer(write_job(tmp_path, micro, data, **long_job), server=address)
        reach_step(client, 1)
        (forked,) = children_of(process.pid)
        process.kill()
        assert client.wait(LIMIT) == -signal.SIGKILL
        wait_until(lambda: not Path(f"/proc/{forked}").exists())
        path = write_job(tmp_path, micro, data, plan={"maxSteps": 1, "stopAt": 1})
        code, _, err = finish(trainer(path, server=address))
        assert code == 0, err


def test_whoever_comes_while_the_server_imports_is_served_and_strangers_do_no_harm(micro, data, tmp_path):
    with serving(tmp_path) as (address, process):
        from dermflow_trainer.forking import at_path, unix_socket

        nested = b"[" * 100_000
        for words in (b"", b"GET / HTTP/1.1\r\n\r\n", len(nested).to_bytes(8, "big") + nested):
            with unix_socket() as stranger:
                at_path(stranger.connect, str(address))
                stranger.sendall(words)
        path = write_job(tmp_path, micro, data, plan={"maxSteps": 1, "stopAt": 1})
        early = trainer(path, server=address)
        wait_until(lambda: len(children_of(process.pid)) == 1)
        code, _, err = finish(early)
        assert code == 0, err
        assert process.poll() is None


def test_the_server_ends_with_its_parent(tmp_path):
    with serving(tmp_path) as (_, process):
        process.stdin.close()
        assert process.wait(LIMIT) == 0


def test_a_server_that_cannot_listen_says_so_once_and_waits_for_its_parents_end(tmp_path):
    process = trainer("--serve", tmp_path / "none/trainers.sock", json.dumps({"threads": 1, "model": str(tmp_path)}))
    assert "no trainers are forked, each is started by itself" in process.stderr.readline()
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(LIMIT) == 0


def test_a_file_of_somebody_elses_is_left_alone(tmp_path):
    address = tmp_path / "trainers.sock"
    address.write_text("mine")
    process = trainer("--serve", address, json.dumps({"threads": 1, "model": str(tmp_path)}))
    assert "Address already in use" in process.stderr.readline()
    process.stdin.close()
    assert process.wait(LIMIT) == 0
    assert address.read_text() == "mine"
