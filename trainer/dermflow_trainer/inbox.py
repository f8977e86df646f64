"""Lines on stdin, each the path of a job. The end of a piped stdin is that of the parent, and this process ends at
once."""

import os
import queue
import stat
import threading


def holds_parent(descriptor):
    """Whether a parent may hold the other end: a terminal, a file or /dev/null says nothing about one."""
    mode = os.fstat(descriptor).st_mode
    # A parent's pipe may be a socket pair.
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


class Inbox:
    # None where no parent holds stdin.
    lines = None

    @classmethod
    def listen(cls):
        if cls.lines is not None or not holds_parent(0):
            return
        cls.lines = queue.Queue()
        threading.Thread(target=cls.read, daemon=True).start()

    @classmethod
    def read(cls):
        begun = b""
        while more := os.read(0, 4096):
            *whole, begun = (begun + more).split(b"\n")
            for line in whole:
                cls.lines.put(line.decode())
        os._exit(1)

    @classmethod
    def wait(cls, leave=lambda: False):
        """The next line; None where none can come, or as soon as `leave()` says so."""
        while cls.lines is not None and not leave():
            try:
                return cls.lines.get(timeout=0.2)
            except queue.Empty:
                pass
        return None
