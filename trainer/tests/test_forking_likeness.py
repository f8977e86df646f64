"""A trainer is forked only from a process that it would be like: else it would not have what its own start gives it."""

import json
import os
import resource

import pytest
import quick_package
from serving import finish, serving, trainer

from dermflow_trainer.kinds import MODULES


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The package, the server's process, its socket, and what it has said since it was last asked."""
    folder = tmp_path_factory.mktemp("quick")
    package = quick_package.write(folder / "package", MODULES)
    with serving(folder, environment={"PYTHONPATH": str(package)}) as (address, process):
        yield package, process, address, Log(folder / "server.log")


class Log:
    def __init__(self, path):
        self.path, self.read = path, 0

    def news(self):
        text = self.path.read_text()[self.read :]
        self.read += len(text)
        return text


@pytest.fixture
def run(quick, micro, data, tmp_path):
    """Runs a job in another environment or process: whether it was forked, and what the server said."""
    package, process, address, log = quick

    def run(environment=None, **options):
        log.news()
        job = quick_package.job(micro, data, tmp_path)
        variables = {"PYTHONPATH": str(package), **(environment or {})}
        client = trainer(job, server=address, environment=variables, **options)
        code, events, err = finish(client)
        assert (code, [event["event"] for event in events]) == (0, ["finished"]), err
        return quick_package.parents_of(tmp_path / "out") == [process.pid], log.news()

    return run


def alone(name):
    return False, f"a trainer is started by itself: it was to have another {name} than this process\n"


@pytest.mark.parametrize(
    "name",
    ["HF_HOME", "HF_HUB_OFFLINE", "TMPDIR", "TORCH_HOME", "OMP_NUM_THREADS", "TRANSFORMERS_VERBOSITY", "OTHER"],
)
def test_a_variable_that_a_library_may_have_read_must_be_the_servers(run, name):
    assert run({name: "another"}) == alone(f"${name}")


def test_other_variables_are_each_trainers_own(run):
    names = ("DERMFLOW_HOME", "AWS_ACCESS_KEY_ID", "TEMPORAL_ADDRESS", "TORCH_ELASTIC_SHUTDOWN_TIMEOUT", "SHLVL")
    assert run(dict.fromkeys(names, "another")) == (True, "")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda: os.nice(1), "niceness"),
        (lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)), "RLIMIT_CORE"),
        (lambda: os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]), "processors"),
    ],
)
def test_priority_limits_and_processors_must_be_the_servers(run, change, name):
    assert run(preexec_fn=change) == alone(name)


def test_folder_and_mask_are_each_trainers_own(run, tmp_path):
    assert run(cwd=tmp_path, umask=0o027) == (True, "")


def test_code_and_packages_must_be_those_that_the_server_found(quick, run):
    package = quick[0]
    source = package / "dermflow_trainer/sft.py"
    before = source.read_text()
    source.write_text(before + "\n")
    assert run() == alone("sft.py")
    source.write_text(before)
    assert run() == (True, "")
    (package / "torch-99.0.dist-info").mkdir()
    assert run() == alone("torch-99.0.dist-info")
    (package / "torch-99.0.dist-info").rmdir()
    assert run() == (True, "")


def test_a_python_that_was_replaced_is_no_servers(quick):
    from dermflow_trainer.forking.likeness import differences, imported

    before = imported()
    assert differences(before, {**json.loads(json.dumps(before)), "Python": "3.99"}) == ["Python"]
