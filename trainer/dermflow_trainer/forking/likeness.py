"""What a forked trainer has of its server and nothing can change any more. Where a trainer that is started by itself
would have something else, none is forked: its bytes and its limits would be others than those that were asked for."""

import os
import resource
import sys
import zlib

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Libraries read their variables when they are imported, each its own; these are none of theirs.
READ_LATER = ("DERMFLOW_", "AWS_", "TEMPORAL_")
OF_NO_LIBRARY = ("TORCH_ELASTIC_SHUTDOWN_TIMEOUT", "PWD", "OLDPWD", "SHLVL", "_")


def imported():
    """Facts by name of what is imported and what decides how: to be asked before it is."""
    return {"Python": f"{sys.version} {sys.executable}", **code(), **packages(), **variables()}


def inherited():
    """Facts by name of what a process has of its parent; they may change while it runs."""
    limits = {name: str(resource.getrlimit(getattr(resource, name))) for name in dir(resource) if "RLIMIT_" in name}
    return {
        "user": f"{os.getuid()} {os.getgid()} {sorted(os.getgroups())}",
        "niceness": str(os.getpriority(os.PRIO_PROCESS, 0)),
        "processors": str(sorted(os.sched_getaffinity(0))),
        "cgroup": checksum("/proc/self/cgroup"),
        **{f"namespace {name}": os.readlink(f"/proc/self/ns/{name}") for name in os.listdir("/proc/self/ns")},
        **limits,
    }


def differences(ours, theirs):
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))


def code():
    """This package's files, each with a checksum."""
    files = [
        os.path.join(folder, name)
        for folder, _, names in os.walk(PACKAGE)
        for name in names
        if name.endswith((".py", ".json"))
    ]
    return {os.path.relpath(file, PACKAGE): checksum(file) for file in files}


def packages():
    """Installed distributions, whose folders name their versions."""
    folders = [folder for folder in sys.path if os.path.isdir(folder)]
    return {name: "installed" for folder in folders for name in os.listdir(folder) if name.endswith(".dist-info")}


def variables():
    return {
        f"${name}": value
        for name, value in os.environ.items()
        if not name.startswith(READ_LATER) and name not in OF_NO_LIBRARY
    }


def checksum(path):
    with open(path, "rb") as file:
        return str(zlib.crc32(file.read()))
