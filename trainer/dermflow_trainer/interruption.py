"""SIGTERM and SIGINT ask for the current optimiser step to be finished and saved. Imports nothing large: a signal may
come while libraries are still being loaded."""

import signal


class Interruption:
    asked = False

    @classmethod
    def listen(cls):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, cls.ask)

    @classmethod
    def ask(cls, *_):
        cls.asked = True
