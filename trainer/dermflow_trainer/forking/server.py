"""Imports the libraries once and forks a trainer per job. For machines without an accelerator: a process that has asked
CUDA has no children that can use it."""

import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import stat
import sys
from contextlib import suppress

from dermflow_trainer.forking import STARTED, at_path, unix_socket
from dermflow_trainer.inbox import holds_parent
from dermflow_trainer.interruption import Interruption

# A client writes its request at once; what does not is no client.
REQUEST_SECONDS = 10
PR_SET_PDEATHSIG = 1


def serve(address, import_libraries):
    """Returns in each trainer: its arguments. Environment, folder, stdin, stdout and stderr are the client's then.
    Where its parent holds stdin the server ends with it; its trainers end with the server."""
    # Ctrl-C reaches the whole group: trainers save, and are told by their clients as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before the imports: who comes early waits for them, which takes no longer than to import as well.
    try:
        os.close(os.pidfd_open(os.getpid()))
        listener = listen(address)
    except OSError as error:
        wait_in_vain(f"{address}: no trainers are forked, each is started by itself: {error}")
    import_libraries()
    # The collector would write to the pages of what was imported, which are shared as long as nobody does.
    gc.collect()
    gc.freeze()
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    if holds_parent(0):
        selector.register(0, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj == 0:
                if not os.read(0, 4096):
                    os._exit(0)
            elif key.fileobj is not listener:
                key.data()
            else:
                connection = accept(listener)
                if connection is None:
                    continue
                request, descriptors = receive(connection)
                pid = fork() if request else None
                if pid == 0:
                    close_all(selector)
                    connection.close()
                    return become(request, descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)
                if pid is None:
                    connection.close()
                else:
                    Forked(selector, connection, pid)


def wait_in_vain(reason):
    """A kernel or a file system that lacks something lacks it at the next start too: nobody needs to try again."""
    print(reason, file=sys.stderr, flush=True)
    while holds_parent(0) and os.read(0, 4096):
        pass
    os._exit(0)


def listen(address):
    listener = unix_socket()
    # Of a server that is gone; what is no socket is somebody else's, and listening fails.
    if os.path.lexists(address) and stat.S_ISSOCK(os.lstat(address).st_mode):
        os.unlink(address)
    mask = os.umask(0o077)
    at_path(listener.bind, address)
    os.umask(mask)
    listener.listen()
    return listener


def accept(listener):
    """None where the client has left already, or too many files are open."""
    try:
        return listener.accept()[0]
    except OSError:
        return None


def receive(connection):
    """What a client asks for, None of one that left or says something else, and the descriptors that it sent."""
    descriptors = []
    connection.settimeout(REQUEST_SECONDS)
    try:
        length, descriptors, _, _ = socket.recv_fds(connection, 8, 3)
        left, text = int.from_bytes(length, "big"), b""
        while len(text) < left:
            more = connection.recv(min(left - len(text), 65536))
            if not more:
                return None, descriptors
            text += more
        request = json.loads(text) if len(descriptors) == 3 else None
    except (OSError, ValueError, RecursionError):
        return None, descriptors
    connection.settimeout(None)
    return request, descriptors


def fork():
    """0 in the trainer, None where there is no memory for one. In the trainer signals wait until it listens to them
    (`Interruption.listen`), so that what its client is told at once is not lost."""
    parent = os.getpid()
    Interruption.block()
    try:
        pid = os.fork()
    except OSError:
        pid = None
    if pid == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    else:
        Interruption.unblock()
    return pid


def close_all(selector):
    """What the server holds open, in a trainer; not stdin, which is replaced."""
    for key in list(selector.get_map().values()):
        if isinstance(key.fileobj, socket.socket):
            key.fileobj.close()
        elif key.fileobj != 0:
            os.close(key.fileobj)
    selector.close()


def become(request, descriptors):
    """This process as if the client had gone on in its place."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.umask(request["umask"])
    os.chdir(request["folder"])
    return request["arguments"]


class Forked:
    """A trainer that runs, and the connection of its client: the trainer gets the client's signals and dies with it,
    the client gets the trainer's exit code."""

    def __init__(self, selector, connection, pid):
        self.selector, self.connection, self.pid = selector, connection, pid
        self.ending = os.pidfd_open(pid)
        selector.register(self.ending, selectors.EVENT_READ, self.end)
        selector.register(connection, selectors.EVENT_READ, self.tell)
        self.say(STARTED)

    def tell(self):
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

    def say(self, words):
        # That the client has left is read.
        with suppress(OSError):
            self.connection.sendall(words)
