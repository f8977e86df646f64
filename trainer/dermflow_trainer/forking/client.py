"""The process that is started for a job where a server forks trainers: it stands for the trainer towards its parent."""

import json
import os
import signal
import socket
from contextlib import suppress

from dermflow_trainer.forking import STARTED, at_path, unix_socket
from dermflow_trainer.interruption import Interruption


def run_forked(server, arguments):
    """Exit code of a trainer with these arguments; None where no server answers. Dies by the signal that ended it."""
    connection = unix_socket()
    asked = []

    def pass_on(number, _):
        asked.append(number)
        # That the server is gone is read below.
        with suppress(OSError):
            connection.send(bytes([number]))

    try:
        at_path(connection.connect, server)
        request = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ), "umask": umask()}
        text = json.dumps(request).encode()
        socket.send_fds(connection, [len(text).to_bytes(8, "big")], [0, 1, 2])
        connection.sendall(text)
        for number in Interruption.SIGNALS:
            signal.signal(number, pass_on)
        has_started = connection.recv(1) == STARTED
    except OSError:
        has_started = False
    if not has_started:
        for number in Interruption.SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        if asked:
            die_by(asked[0])
        return None
    said = b""
    while more := receive(connection):
        said += more
    # A server that is gone has taken its trainers with it.
    code = int(said) if said else -signal.SIGKILL
    if code < 0:
        die_by(-code)
    return code


def umask():
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def receive(connection):
    try:
        return connection.recv(16)
    except OSError:
        return b""


def die_by(number):
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
