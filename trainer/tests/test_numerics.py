"""What decides the last digits is told when training starts."""

import json

import pytest
import torch
from jobs import sft_job
from running import run
from transformers import AutoModelForImageTextToText
from transformers.utils.import_utils import enable_tf32

from dermflow_trainer.model import load_base, prepare_torch
from dermflow_trainer.numerics import attention_of, float32_products, variables

PLAN = {"maxSteps": 2, "stopAt": 1, "saveEvery": 1}


def facts_of(job, folder, **options):
    result = run(job, folder, **options)
    assert result.code == 0, result.stderr
    return result.of("started")[0]["numerics"]


def test_a_resume_with_another_attention_tells_it(micro, data, tmp_path):
    before = facts_of(sft_job(micro, data, tmp_path / "one", plan=PLAN, validation=None), tmp_path)
    checkpoint = str(tmp_path / "one/checkpoint-1")
    again = tmp_path / "again"
    again.mkdir()
    job = sft_job(micro, data, again / "out", plan=PLAN | {"stopAt": 2}, validation=None, resume=checkpoint)
    now = facts_of({**job, "attention": "eager"}, again)
    assert (before["attention"], now["attention"]) == ("sdpa", "eager")
    differing = {name for name in before if before[name] != now[name]}
    assert differing == {"attention"}


def test_parts_of_a_model_that_differ_are_told(micro):
    model = load_base({"model": str(micro / "base"), "precision": "fp32", "attention": "sdpa"})
    model.config.vision_config._attn_implementation = "eager"
    assert attention_of(model) == "sdpa, vision_config eager"


def test_variables_that_choose_kernels_are_told_and_talkative_ones_are_not(monkeypatch):
    for name in ("ONEDNN_MAX_CPU_ISA", "MKL_CBWR", "ATEN_CPU_CAPABILITY", "CUBLAS_WORKSPACE_CONFIG", "ONEDNN_VERBOSE"):
        monkeypatch.setenv(name, "1")
    told = variables()
    assert {"ONEDNN_MAX_CPU_ISA", "MKL_CBWR", "ATEN_CPU_CAPABILITY", "CUBLAS_WORKSPACE_CONFIG"} <= told.keys()
    assert "ONEDNN_VERBOSE" not in told


@pytest.fixture
def precisions():
    """Puts PyTorch's settings for float32 back."""
    yield
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.fp32_precision = "none"


@pytest.mark.parametrize(("trl", "expected"), [({}, False), ({"tf32": False}, False), ({"tf32": True}, True)])
def test_convolutions_are_in_tf32_only_where_the_job_asks_for_it(precisions, trl, expected):
    """cuDNN's own default is TF32 also where the job says fp32."""
    torch.backends.cudnn.allow_tf32 = True
    prepare_torch({"seed": 7, "threads": 1, "trl": trl})
    assert torch.backends.cudnn.allow_tf32 is expected
    assert (torch.backends.cudnn.conv.fp32_precision == "tf32") is expected


@pytest.mark.parametrize(("wanted", "told"), [(None, "highest"), (True, "CUDA tf32, oneDNN tf32"), (False, "highest")])
def test_float32_products_are_told_however_they_were_set(precisions, wanted, told):
    """As Transformers sets them for `tf32`, which PyTorch's older question is refused after."""
    prepare_torch({"seed": 7, "threads": 1, "trl": {} if wanted is None else {"tf32": wanted}})
    if wanted is not None:
        enable_tf32(wanted)
    assert float32_products() == told


@pytest.mark.parametrize("own", [{"repetition_penalty": 5.0}, {"no_repeat_ngram_size": 1}, {"num_beams": 3}])
def test_a_models_own_generation_defaults_play_no_part(micro, data, tmp_path, own):
    job = {
        "schema": 1,
        "job": "generate",
        **{"seed": 7, "threads": 1, "precision": "fp32", "model": str(micro / "base")},
        "output": str(tmp_path / "plain"),
        "adapter": None,
        "data": {"rows": str(data / "grpo.jsonl"), "images": str(data / "images")},
        **{"batchSize": 4, "maxNewTokens": 12},
    }
    assert run(job, tmp_path).code == 0
    folder = tmp_path / "opinionated"
    folder.mkdir()
    for file in (micro / "base").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    settings = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps(settings | own))
    loaded = AutoModelForImageTextToText.from_pretrained(folder)
    assert all(getattr(loaded.generation_config, name) == value for name, value in own.items())
    assert run({**job, "model": str(folder), "output": str(tmp_path / "other")}, tmp_path).code == 0
    plain, other = (tmp_path / name / "generated.jsonl" for name in ("plain", "other"))
    assert plain.read_text() == other.read_text()
