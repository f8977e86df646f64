"""Trainers that are forked from one process which has imported the libraries: they begin at once and share the memory
of what was imported, half a gigabyte each.

The process that is started for a job (client.py) sends its environment and its stdin, stdout and stderr to the server
(server.py) and stays as long as the trainer runs: it passes signals on, ends as the trainer ends, and the trainer dies
with it. So whoever supervises a trainer sees the same whether it was forked or not. Where the server is not what
the client would become (likeness.py), or does not answer, the client itself is the trainer.

What is said on the socket: the server says READY; the client its request (requests.py), then the number of each
signal, one byte; the server STARTED and, at the end, the trainer's exit code in digits, negative where a signal ended
it.
"""

import os
import socket

# Environment variable with the path of the server's socket (platform/env.ts).
SERVER = "DERMFLOW_TRAINER_SERVER"
READY = b"?"
STARTED = b"+"


def unix_socket():
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


def at_path(call, path):
    """`call` (bind or connect) with a name of this path that fits into a socket's address, which holds 107 bytes."""
    folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_PATH)
    try:
        return call(f"/proc/self/fd/{folder}/{os.path.basename(path)}")
    finally:
        os.close(folder)
