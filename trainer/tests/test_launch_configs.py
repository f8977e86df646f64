"""accelerate itself reads the configurations that the training activity writes (test/unit/trainer/golden)."""

from pathlib import Path

import pytest
from accelerate.commands.launch import _validate_launch_command, launch_command_parser
from accelerate.utils.launch import prepare_multi_gpu_env
from test_fsdp import SHARDED

GOLDEN = Path(__file__).parents[2] / "test/unit/trainer/golden"


def read(name):
    arguments = ["--config_file", str(GOLDEN / f"{name}.json"), "-m", "dermflow_trainer", "job.json"]
    return _validate_launch_command(launch_command_parser().parse_args(arguments))[0]


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("ddp", (True, False, False)),
        ("fsdp", (False, True, False)),
        ("zero-2", (False, False, True)),
        ("zero-3", (False, False, True)),
    ],
)
def test_says_what_it_means(name, flags):
    arguments = read(name)
    assert (arguments.multi_gpu, arguments.use_fsdp, arguments.use_deepspeed) == flags
    assert (arguments.num_processes, arguments.num_machines, arguments.mixed_precision) == (2, 1, "no")
    assert (arguments.module, arguments.training_script) == (True, "dermflow_trainer")


def test_fsdp_is_what_test_fsdp_runs():
    environment = prepare_multi_gpu_env(read("fsdp"))
    assert SHARDED.items() <= environment.items()
    # The trainer finds them in the model (test_backbones.py).
    assert "FSDP_TRANSFORMER_CLS_TO_WRAP" not in environment


@pytest.mark.parametrize(("name", "stage", "gathers"), [("zero-2", 2, False), ("zero-3", 3, True)])
def test_deepspeed_stages(name, stage, gathers):
    arguments = read(name)
    assert (arguments.zero_stage, bool(arguments.zero3_init_flag)) == (stage, gathers)
