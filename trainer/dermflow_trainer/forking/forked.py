"""A trainer that runs, on the server's side."""

import os
import selectors
import signal
from contextlib import suppress

from dermflow_trainer.forking import STARTED
from dermflow_trainer.interruption import Interruption


class Forked:
    """The trainer gets the client's signals and dies with it, the client gets the trainer's exit code. `on_end` is
    called then. Throws `OSError` where too many files are open; the trainer is gone then."""

    def __init__(self, selector, connection, pid, on_end):
        self.selector, self.connection, self.pid, self.on_end = selector, connection, pid, on_end
        try:
            self.ending = os.pidfd_open(pid)
        except OSError:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise
        selector.register(self.ending, selectors.EVENT_READ, self.end)
        selector.register(connection, selectors.EVENT_READ, self.obey)
        self.say(STARTED)

    def obey(self):
        """The client has said something, or has left."""
        if self.pid is None:
            return
        try:
            signals = self.connection.recv(16)
        except OSError:
            signals = b""
        for number in signals or [signal.SIGKILL]:
            if number in Interruption.SIGNALS or not signals:
                os.kill(self.pid, number)
        if not signals:
            self.selector.unregister(self.connection)

    def end(self):
        """The trainer has ended."""
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        self.selector.unregister(self.ending)
        os.close(self.ending)
        if self.connection in self.selector.get_map():
            self.selector.unregister(self.connection)
        self.say(str(os.waitstatus_to_exitcode(status)).encode())
        self.connection.close()
        self.on_end(self)

    def say(self, words):
        # That the client has left is read.
        with suppress(OSError):
            self.connection.sendall(words)
