"""What the trainer does with a backbone, tried on a tiny random model of it: each check is a word for the table of
docs/training.md, and throws where the trainer fails."""

import json
import re

import backbones
import instruments
import rows
import torch
from comparing import state_digests
from jobs import grpo_job, sft_job
from peft import PeftModel
from reward_server import serve_rewards
from running import run
from sequences import inputs_by_prompt, log_probs, prompt_of

from dermflow_trainer.base_model.layers import linear_layers, lora_targets, repeated_layers, resized
from dermflow_trainer.model import load_base, load_processor

PLAN = {"maxSteps": 4, "stopAt": 4, "saveEvery": 2}
CLOSE = dict(atol=2e-4, rtol=1e-4)


class Backbone:
    """A tiny model in `folder/base`, with rows over images of three sizes that it takes."""

    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        (folder / "data").mkdir(parents=True)
        backbones.build(name, folder / "base")
        self.job = {"model": str(folder / "base"), "precision": "fp32"}
        self.processor = load_processor(self.job)
        unit = self.unit()
        self.data = rows.write(folder / "data", [(3 * unit, 5 * unit), (5 * unit, 3 * unit), (4 * unit, 4 * unit)])

    def unit(self):
        return next(unit for unit in (28, 32) if resized(self.processor, 4 * unit, 5 * unit) is None)

    def run(self, job, name, **options):
        result = run(job, self.folder, name=name, **options)
        assert result.code == 0, f"{self.name}, {name}: {result.stderr[-2000:]}"
        return result

    def sizes(self):
        if resized(self.processor, 83, 141) is None:
            return "any, made its own size"
        assert "multiples of" in resized(self.processor, 83, 141)
        return f"multiples of {self.unit()}"

    def targets(self):
        model = load_base(self.job)
        wanted = lora_targets(model)
        parts = linear_layers(model)
        chosen = {name for names in parts.values() for name in names if re.fullmatch(wanted, name)}
        assert chosen == {*parts["language"], *parts["merger"]}
        assert parts["merger"]
        return f"{len(parts['language'])} + {len(parts['merger'])}"

    def units(self):
        return ", ".join(repeated_layers(load_base(self.job)))

    def sft(self):
        # The same eight rows in each step, without dropout: the loss must fall.
        changes = {"adapter": None, "lora": {"dropout": 0}, "plan": PLAN, "batchSize": 8, "perDeviceBatchSize": 4}
        job = sft_job(self.folder, self.data, self.folder / "sft", **changes)
        result = self.run(job, "sft")
        assert result.values[4]["loss"] < result.values[1]["loss"]
        resumed = {**job, "output": str(self.folder / "sft-resumed"), "resume": str(self.folder / "sft/checkpoint-2")}
        self.run(resumed, "sft-resumed")
        return self.same("sft")

    def same(self, stage):
        """Whether the run that was resumed ended as the one that was not."""
        digests = [state_digests(self.folder / name / "checkpoint-4") for name in (stage, f"{stage}-resumed")]
        assert digests[0] == digests[1]
        return "exact"

    def grpo(self):
        with serve_rewards() as server:
            # From the adapter of SFT, whose B is not zero.
            changes = {"adapter": str(self.folder / "sft/adapter"), "plan": PLAN, "perDeviceBatchSize": 4}
            job = grpo_job(self.folder, self.data, self.folder / "grpo", server.server_address, **changes)
            self.kl = self.run(job, "grpo", instrument=instruments.record_passes).values
            checkpoint = str(self.folder / "grpo/checkpoint-2")
            self.run({**job, "output": str(self.folder / "grpo-resumed"), "resume": checkpoint}, "grpo-resumed")
        return self.same("grpo")

    def first_kl(self):
        assert self.kl[1]["kl"] < 1e-6
        assert self.kl[4]["kl"] > 1e-7
        return "0"

    def images(self):
        """Each completion was scored with its own image: with another row's image the numbers would be others."""
        entry = torch.load(self.folder / "grpo/passes-0.pt")[0]
        model = PeftModel.from_pretrained(load_base(self.job), self.folder / "sft/adapter")
        inputs = inputs_by_prompt(self.data, self.processor)
        own = [inputs[prompt_of(entry, i)] for i in range(len(entry["prompt_ids"]))]
        assert len({tuple(each["pixel_values"].flatten()[:50].tolist()) for each in own}) > 1
        far = 0
        with torch.no_grad():
            for i, each in enumerate(own):
                counted = entry["completion_mask"][i].bool()
                theirs = entry["logps"][i][counted]
                torch.testing.assert_close(theirs, log_probs(model, each, entry, i), **CLOSE)
                blind = {**each, "pixel_values": each["pixel_values"].roll(1, 0).neg()}
                far = max(far, (theirs - log_probs(model, blind, entry, i)).abs().max().item())
        assert far > 10 * CLOSE["atol"], "the image plays no part"
        return "aligned"

    def evaluation(self):
        """Rows that are answered together have the answers that each has alone."""
        answers = []
        for size in (1, 3):
            output = self.folder / f"answers-{size}"
            common = {name: value for name, value in sft_job(self.folder, self.data, output).items() if name in KEPT}
            data = {**common["data"], "rows": str(self.data / "grpo.jsonl")}
            more = {"job": "generate", "data": data, "batchSize": size, "maxNewTokens": 6}
            more |= {"adapter": str(self.folder / "grpo/adapter")}
            self.run(common | more, f"generate-{size}")
            answers.append([json.loads(line) for line in (output / "generated.jsonl").read_text().splitlines()])
        assert answers[0] == answers[1]
        return "as alone"


KEPT = ("schema", "seed", "threads", "precision", "model", "output", "data")

CHECKS = {
    "image sides": Backbone.sizes,
    "LoRA on language + joining layers": Backbone.targets,
    "layers to shard": Backbone.units,
    "SFT, resumed": Backbone.sft,
    "GRPO, resumed": Backbone.grpo,
    "KL at step 1": Backbone.first_kl,
    "images of mixed sizes": Backbone.images,
    "evaluation in batches": Backbone.evaluation,
}
