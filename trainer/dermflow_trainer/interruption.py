"""SIGTERM and SIGINT ask for the current optimiser step to be finished and saved. Imports nothing large: a signal may
come while libraries are still being loaded."""

import os
import signal


class Interruption:
    SIGNALS = (signal.SIGTERM, signal.SIGINT)
    asked = False

    @classmethod
    def listen(cls):
        for number in cls.SIGNALS:
            signal.signal(number, cls.ask)
        cls.unblock()

    @classmethod
    def block(cls):
        """They wait, also across a fork or an exec, until somebody listens."""
        signal.pthread_sigmask(signal.SIG_BLOCK, cls.SIGNALS)

    @classmethod
    def unblock(cls):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, cls.SIGNALS)

    @classmethod
    def postpone(cls):
        """Leaves what was asked to the program that this process becomes."""
        cls.block()
        if cls.asked:
            os.kill(os.getpid(), signal.SIGTERM)

    @classmethod
    def ask(cls, *_):
        cls.asked = True
