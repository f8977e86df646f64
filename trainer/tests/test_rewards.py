"""How rewards are asked for where the other side breaks off, is slow, or is gone."""

import json
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from dermflow_trainer import rewards
from dermflow_trainer.rewards import RewardError, Rewards

BODY = json.dumps({"components": {"even": [1, 0]}})
ANSWER = f"HTTP/1.1 200 OK\r\ncontent-length: {len(BODY)}\r\n\r\n{BODY}"
REQUEST = {"step": 3, "ids": ["a", "b"], "completions": ["w2", "w1"]}


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(rewards, "PAUSES_SECONDS", (0.01, 0.01, 0.01, 0.01))
    monkeypatch.setattr(rewards, "SILENCE_SECONDS", 0.5)


@contextmanager
def other_side(path, *behaviours):
    """One after the other, a function for each connection; the last one for all that follow. Yields the requests."""
    requests = []
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen()

    def behave(number, connection):
        with connection:
            behaviours[min(number, len(behaviours) - 1)](connection, requests)

    def serve():
        for number in range(100):
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=behave, args=(number, connection), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield requests
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def read(connection, requests):
    data = b""
    while b"\r\n\r\n" not in data or not data.endswith(b"}"):
        data += connection.recv(65536)
    requests.append(json.loads(data.split(b"\r\n\r\n", 1)[1]))


def hangs_up(connection, requests):
    pass


def hangs_up_after_the_request(connection, requests):
    read(connection, requests)


def answers_by_half(connection, requests):
    read(connection, requests)
    connection.sendall(ANSWER[:-8].encode())


def is_silent(connection, requests):
    read(connection, requests)
    time.sleep(1)


def answers(connection, requests):
    read(connection, requests)
    connection.sendall(ANSWER.encode())


def answers_late_with_signs_of_life(connection, requests):
    read(connection, requests)
    for _ in range(8):
        time.sleep(0.2)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    connection.sendall(ANSWER.encode())


def asking(tmp_path):
    job = {"rewardSocket": str(tmp_path / "r.sock"), "rewardNames": ["even"]}
    return Rewards({**job, "output": str(tmp_path)})


@pytest.mark.parametrize(
    "breaks", [hangs_up, hangs_up_after_the_request, answers_by_half, is_silent], ids=lambda each: each.__name__
)
def test_a_connection_that_breaks_is_made_anew_with_the_same_request(tmp_path, breaks):
    with other_side(tmp_path / "r.sock", breaks, breaks, answers) as requests:
        assert asking(tmp_path).ask(REQUEST) == {"even": [1, 0]}
    assert requests[-1] == REQUEST
    assert all(request == REQUEST for request in requests)
    lines = (tmp_path / "samples.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a", "b"]


def test_an_answer_may_take_longer_than_silence_is_allowed(tmp_path):
    with other_side(tmp_path / "r.sock", answers_late_with_signs_of_life) as requests:
        assert asking(tmp_path).ask(REQUEST) == {"even": [1, 0]}
    assert len(requests) == 1


def test_it_is_given_up_after_five_tries(tmp_path):
    words = r"no rewards from socket .*r\.sock: RemoteDisconnected"
    side = other_side(tmp_path / "r.sock", hangs_up_after_the_request)
    with side as requests, pytest.raises(RewardError, match=words):
        asking(tmp_path).ask(REQUEST)
    assert len(requests) == 5


def test_no_try_is_begun_after_the_total(tmp_path, monkeypatch):
    monkeypatch.setattr(rewards, "TOTAL_SECONDS", 0)
    with other_side(tmp_path / "r.sock", hangs_up_after_the_request) as requests, pytest.raises(RewardError):
        asking(tmp_path).ask(REQUEST)
    assert len(requests) == 1


def test_a_refusal_is_no_broken_connection(tmp_path):
    def refuses(connection, requests):
        read(connection, requests)
        connection.sendall(b"HTTP/1.1 500 Oh\r\ncontent-length: 7\r\n\r\nno mood")

    side = other_side(tmp_path / "r.sock", refuses)
    with side as requests, pytest.raises(RewardError, match="refused with status 500: no mood"):
        asking(tmp_path).ask(REQUEST)
    assert len(requests) == 1


def test_a_socket_that_is_gone_is_not_waited_for(tmp_path):
    began = time.monotonic()
    with pytest.raises(RewardError, match="no rewards from socket"):
        asking(tmp_path).ask(REQUEST)
    assert time.monotonic() - began < 0.01 * 4
