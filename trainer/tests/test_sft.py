import pytest
import torch
from comparing import EXACT, adapter_of
from jobs import sft_job
from peft import PeftModel
from PIL import Image
from running import run
from transformers import AutoModelForImageTextToText, AutoProcessor

from dermflow_trainer.inference.generate import messages
from dermflow_trainer.rows import read_rows


@pytest.fixture(scope="module")
def trained(micro, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sft")
    result = run(sft_job(micro, data, folder / "out"), folder)
    assert result.code == 0, result.stderr
    return folder / "out", result


def test_reports_start_steps_checkpoints_and_end(trained):
    output, result = trained
    start, end = result.events[0], result.events[-1]
    assert (start["event"], start["step"], start["maxSteps"], start["worldSize"]) == ("started", 0, 6, 1)
    assert [event["step"] for event in result.of("progress")] == [1, 2, 3, 4, 5, 6]
    assert all(event["memoryBytes"] > 2**20 for event in result.of("progress"))
    assert [event["tokensPerSecond"] is None for event in result.of("progress")] == [True] + [False] * 5
    assert [(event["step"], event["exact"]) for event in result.of("checkpoint")] == [(3, EXACT), (6, EXACT)]
    assert end == {"event": "finished", "step": 6, "outputs": {"adapter": str(output / "adapter")}}
    assert set(result.values[6]) >= {"loss", "eval_loss", "grad_norm", "learning_rate", "token_accuracy"}


def test_trains_the_adapter_and_nothing_else(micro, trained):
    output, result = trained
    before, after = adapter_of(micro / "adapter"), adapter_of(output / "adapter")
    assert before.keys() == after.keys()
    assert all("lora_" in name for name in after)
    assert all(not torch.equal(before[name], after[name]) for name in after)
    assert result.of("started")[0]["trainableParameters"] == sum(tensor.numel() for tensor in after.values())


def test_a_fresh_adapter_has_the_ranks_of_the_job(micro, data, tmp_path):
    job = sft_job(micro, data, tmp_path / "out", adapter=None, lora={"rank": 3}, plan={"maxSteps": 1, "stopAt": 1})
    assert run(job, tmp_path).code == 0
    adapter = adapter_of(tmp_path / "out/adapter")
    assert {min(tensor.shape) for tensor in adapter.values()} == {3}
    assert any("visual.merger" in name for name in adapter)
    assert not any("visual.blocks" in name for name in adapter)


def test_loss_is_of_the_completion_alone(micro, data, trained, tmp_path):
    """The validation loss of one row equals the mean over its completion's tokens, computed here."""
    row = read_rows({"rows": data / "sft.jsonl", "images": str(data / "images")}, completion=True)[1]
    (tmp_path / "one.jsonl").write_text((data / "sft.jsonl").read_text().splitlines()[1] + "\n")
    job = sft_job(micro, data, tmp_path / "out", plan={"maxSteps": 1, "stopAt": 1}, perDeviceBatchSize=1)
    # The first step of a warm-up has rate 0, so the adapter is still the one given.
    job |= {"validation": {"rows": str(tmp_path / "one.jsonl"), "images": str(data / "images")}}
    logged = run(job, tmp_path).values[1]["eval_loss"]

    processor = AutoProcessor.from_pretrained(micro / "base")
    base = AutoModelForImageTextToText.from_pretrained(micro / "base", dtype=torch.float32)
    model = PeftModel.from_pretrained(base, micro / "adapter").eval()
    prompt = processor.apply_chat_template(messages(row), tokenize=False, add_generation_prompt=True)
    image = Image.open(row["images"][0])
    whole = processor(text=[prompt + row["completion"] + "<|im_end|>"], images=[[image]], return_tensors="pt")
    length = processor(text=[prompt], images=[[image]], return_tensors="pt")["input_ids"].shape[1]
    with torch.no_grad():
        logits = model(**whole).logits[0, :-1].log_softmax(-1)
    losses = -logits.gather(1, whole["input_ids"][0, 1:, None])[:, 0]
    assert logged == pytest.approx(losses[length - 1 :].mean().item(), rel=1e-5)
    assert logged != pytest.approx(losses.mean().item(), rel=1e-3)
