"""What every test shares: settings of libraries, one process that has imported them, a micro model and its rows."""

import multiprocessing
import os

# Read by libraries when they are imported, here and in the processes that tests start.
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1")
# Whether there is a GPU is asked of its driver's tools: a process that has asked CUDA has no children that can use it.
os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"

import micro_model
import pytest
import rows
import torch

torch.set_num_threads(1)
# Importing torch and TRL takes longer than training a micro model: jobs are forked from a process that has done so.
multiprocessing.get_context("forkserver").set_forkserver_preload(
    [
        "dermflow_trainer.sft",
        "dermflow_trainer.grpo",
        "dermflow_trainer.distillation.job",
        "trl.trainer.grpo_trainer",
        "instruments",
    ]
)


@pytest.fixture(scope="session")
def micro(tmp_path_factory):
    """Folder with `base` and `adapter`."""
    folder = tmp_path_factory.mktemp("micro")
    micro_model.build(folder)
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Eight rows over images of three sizes, with completions (`sft.jsonl`) and without (`grpo.jsonl`)."""
    return rows.write(tmp_path_factory.mktemp("data"))
