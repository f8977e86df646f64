"""Imports the libraries once and forks a trainer per job. For machines without an accelerator: a process that has asked
CUDA has no children that can use it."""

import ctypes
import gc
import os
import selectors
import signal
import socket
import stat
import sys
import time
from contextlib import suppress
from functools import partial

from dermflow_trainer.forking import READY, at_path, unix_socket
from dermflow_trainer.forking.forked import Forked
from dermflow_trainer.forking.likeness import differences, imported, inherited
from dermflow_trainer.forking.requests import has_left, receive_request
from dermflow_trainer.inbox import holds_parent
from dermflow_trainer.interruption import Interruption

# Until another file may be opened.
PAUSE_SECONDS = 0.1
PR_SET_PDEATHSIG = 1
ALONE = "a trainer is started by itself"


def serve(address, import_libraries):
    """Returns in each trainer: its arguments. Environment, folder, stdin, stdout and stderr are the client's then.
    Where its parent holds stdin the server ends with it; its trainers end with the server."""
    # Ctrl-C reaches the whole group: trainers save, and get the signal from their clients as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before the imports: who comes early waits for them, which takes no longer than to import as well.
    try:
        os.close(os.pidfd_open(os.getpid()))
        server = Server(imported() | inherited(), listen(address))
    except OSError as error:
        wait_in_vain(f"{address}: no trainers are forked, each is started by itself: {error}")
    import_libraries()
    # The collector would write to the pages of what was imported, which are shared as long as nobody does.
    gc.collect()
    gc.freeze()
    return server.run()


def wait_in_vain(reason):
    """A kernel or a file system that lacks something lacks it at the next start too: nobody needs to try again."""
    say(reason)
    while holds_parent(0) and os.read(0, 4096):
        pass
    os._exit(0)


def say(words):
    print(words, file=sys.stderr, flush=True)


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


class Server:
    """`facts`: by which it knows the clients whose trainers may be its children (likeness.py)."""

    def __init__(self, facts, listener):
        self.facts, self.listener = facts, listener
        self.trainers, self.is_leaving = set(), False
        # For each file that is read: what does so. It returns a trainer's arguments in the trainer, else None.
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, self.accept)
        if holds_parent(0):
            self.selector.register(0, selectors.EVENT_READ, self.read_parent)
        signal.signal(signal.SIGTERM, self.leave)

    def run(self):
        while True:
            for key, _ in self.selector.select():
                arguments = key.data()
                if arguments is not None:
                    return arguments

    def read_parent(self):
        if not os.read(0, 4096):
            os._exit(0)

    def leave(self, *_):
        """A manager of services signals all processes at once: a trainer that saves must not die with this one."""
        self.is_leaving = True
        if not self.trainers:
            os._exit(0)

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            # Too many files are open, most likely: who waits would be there again at once.
            time.sleep(PAUSE_SECONDS)
            return
        # That the client has left is read.
        with suppress(OSError):
            connection.sendall(READY)
        self.selector.register(connection, selectors.EVENT_READ, partial(self.answer, connection))

    def answer(self, connection):
        self.selector.unregister(connection)
        request, descriptors = receive_request(connection)
        pid = fork() if request and self.suits(request["facts"]) and not has_left(connection) else None
        if pid == 0:
            self.close_all()
            connection.close()
            return become(request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        if pid is None:
            connection.close()
        else:
            self.follow(connection, pid)
        return None

    def suits(self, facts):
        try:
            others = differences(self.facts | inherited(), facts)
        except OSError as error:
            say(f"{ALONE}: {error}")
            return False
        if others:
            say(f"{ALONE}: it was to have another {', '.join(others[:5])} than this process")
        return not others and not self.is_leaving

    def follow(self, connection, pid):
        try:
            self.trainers.add(Forked(self.selector, connection, pid, self.forget))
        except OSError as error:
            say(f"{ALONE}: {error}")
            connection.close()

    def forget(self, trainer):
        self.trainers.remove(trainer)
        if self.is_leaving:
            self.leave()

    def close_all(self):
        """What the server holds open, in a trainer; not stdin, which is replaced."""
        for key in list(self.selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
            elif key.fileobj != 0:
                os.close(key.fileobj)
        self.selector.close()


def fork():
    """0 in the trainer, None where there is no memory for one. In the trainer signals wait until it listens to them
    (`Interruption.listen`), so that a signal that its client gets at once is not lost."""
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


def become(request, descriptors):
    """This process as if the client had gone on in its place."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.umask(request["umask"])
    os.chdir(request["folder"])
    return request["arguments"]
