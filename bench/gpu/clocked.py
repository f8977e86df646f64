"""The trainer with a clock: of each step, on stderr, the seconds of sampling, of the reference's log-probs and of the
update, and the most accelerator memory that each held. Arguments as of `python -m dermflow_trainer --standby`.

`RELAX_AT=10,20`: from step 10 on PyTorch fills no memory that it hands out (which `use_deterministic_algorithms` turns
on), from step 20 on it does not look for deterministic kernels. `STRICT=1`: it refuses every other kernel.
"""

import json
import os
import sys
import time

from dermflow_trainer.__main__ import main, settings

if __name__ == "__main__":
    os.environ.update(settings(json.loads(sys.argv[2])))

import torch
from trl import SFTTrainer

from dermflow_trainer import meter
from dermflow_trainer.rollouts.order import OrderedGRPOTrainer
from dermflow_trainer.stretch import Stretch

# Parts that take long and come once in a step.
TOLD_AT_ONCE = ("sampling", "reference")
RELAX_AT = [int(step) for step in os.environ.get("RELAX_AT", "").split(",") if step]


class Clock:
    """Seconds and memory of parts that may stand in each other; each moment belongs to the innermost."""

    def __init__(self):
        self.stack = ["other"]
        self.last = time.monotonic()
        self.seconds, self.peaks, self.whole = {}, {}, 0

    def turn(self):
        cuda = torch.cuda.is_available()
        if cuda:
            torch.cuda.synchronize()
        now, part = time.monotonic(), self.stack[-1]
        self.seconds[part] = self.seconds.get(part, 0) + now - self.last
        if cuda:
            peak = torch.cuda.max_memory_allocated()
            self.peaks[part] = max(self.peaks.get(part, 0), peak)
            self.whole = max(self.whole, peak)
            torch.cuda.reset_peak_memory_stats()
        self.last = time.monotonic()

    def during(self, owner, method, part):
        inner = getattr(owner, method)

        def measured(*arguments, **keywords):
            self.turn()
            self.stack.append(part)
            try:
                return inner(*arguments, **keywords)
            finally:
                self.turn()
                self.stack.pop()
                if part in TOLD_AT_ONCE:
                    self.write({"part": part, "seconds": self.seconds[part], "peak": self.peaks.get(part, 0)})

        setattr(owner, method, measured)

    def report(self, step):
        self.turn()
        reserved = torch.cuda.memory_reserved() if torch.cuda.is_available() else 0
        measured = {"step": step, "seconds": self.seconds, "peaks": self.peaks, "reserved": reserved}
        self.write(measured)
        self.seconds = {}

    def write(self, measured):
        sys.stderr.write(f"\nparts {json.dumps(measured)}\n")
        sys.stderr.flush()


def watch(clock):
    clock.during(OrderedGRPOTrainer, "_generate_single_turn", "sampling")
    clock.during(OrderedGRPOTrainer, "_generate_and_score_completions", "reference")
    for trainer in (OrderedGRPOTrainer, SFTTrainer):
        clock.during(trainer, "training_step", "update")
    unclocked = meter.peak_memory
    meter.peak_memory = lambda: max(clock.whole, unclocked())
    on_log = Stretch.on_log

    def on_log(self, args, state, control, logs=None, **more):
        on_log(self, args, state, control, logs=logs, **more)
        if "loss" in logs:
            clock.report(state.global_step)
            relax(state.global_step)

    Stretch.on_log = on_log
    run = Stretch.run

    def begun(self, trainer):
        if "STRICT" in os.environ:
            torch.use_deterministic_algorithms(True)
        clock.turn()
        clock.seconds = {}
        return run(self, trainer)

    Stretch.run = begun


def relax(step):
    if step in RELAX_AT[:1]:
        torch.utils.deterministic.fill_uninitialized_memory = False
    if step in RELAX_AT[1:]:
        torch.use_deterministic_algorithms(False)


if __name__ == "__main__":
    watch(Clock())
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)
