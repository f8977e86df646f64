"""The process that is started for a job where a server forks trainers: it stands for the trainer towards its parent."""

import os
import signal
from contextlib import suppress

from dermflow_trainer.forking import READY, STARTED, at_path, unix_socket
from dermflow_trainer.forking.likeness import imported, inherited
from dermflow_trainer.forking.requests import send_request
from dermflow_trainer.interruption import Interruption

# A server imports for some ten seconds, longer on a busy machine, and then answers at once: one that does not hangs.
ANSWER_SECONDS = 60


def run_forked(server, arguments):
    """Exit code of a trainer with these arguments; None where no server answers. Dies by the signal that ended it."""
    client = Client()
    if not client.begins(server, arguments):
        client.leave()
        return None
    code = client.wait()
    if code < 0:
        die_by(-code)
    return code


class Client:
    def __init__(self):
        self.connection = unix_socket()
        # Signals, and whether there is somebody to pass them to.
        self.asked, self.has_requested = [], False

    def begins(self, server, arguments):
        """Whether a trainer runs now. Signals are its from here on."""
        self.connection.settimeout(ANSWER_SECONDS)
        for number in Interruption.SIGNALS:
            signal.signal(number, self.pass_on)
        try:
            at_path(self.connection.connect, server)
            # What a server that hangs has not read yet would keep the other ends of the streams open.
            if self.connection.recv(1) != READY:
                return False
            place = {"folder": os.getcwd(), "environment": dict(os.environ), "umask": umask()}
            send_request(self.connection, {"arguments": arguments, "facts": imported() | inherited(), **place})
            self.has_requested = True
            for number in list(self.asked):
                self.send(number)
            return self.connection.recv(1) == STARTED
        except OSError:
            return False

    def pass_on(self, number, _):
        self.asked.append(number)
        if self.has_requested:
            self.send(number)

    def send(self, number):
        # That the server is gone is read.
        with suppress(OSError):
            self.connection.send(bytes([number]))

    def leave(self):
        """By which the server knows that nobody waits. The job is this process's own now."""
        self.connection.close()
        for number in Interruption.SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        if self.asked:
            die_by(self.asked[0])

    def wait(self):
        """The trainer's exit code, negative where a signal ended it."""
        self.connection.settimeout(None)
        said = b""
        while more := self.receive():
            said += more
        # A server that is gone has taken its trainers with it.
        return int(said) if said else -signal.SIGKILL

    def receive(self):
        try:
            return self.connection.recv(16)
        except OSError:
            return b""


def umask():
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def die_by(number):
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
