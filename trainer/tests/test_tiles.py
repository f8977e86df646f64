"""The memory of a pass's logits: TRL's tiles are as wide as the vocabulary, and what is trained has the same bytes."""

import re

import instruments
import pytest
from comparing import EXACT, state_digests
from jobs import grpo_job, sft_job, soreb_job
from reward_server import serve_rewards
from running import run


def trained(name, micro, data, folder, instrument):
    """Sizes of tiles and of the vocabulary, and the last checkpoint's digests."""
    folder.mkdir()
    with serve_rewards() as server:
        if name == "sft":
            job = sft_job(micro, data, folder / "out")
        else:
            rewarded = {"grpo": grpo_job, "soreb": soreb_job}[name]
            job = rewarded(micro, data, folder / "out", server.server_address)
        ended = run(job, folder, instrument=instrument)
    assert ended.code == 0, ended.stderr
    sizes = {(int(tile), int(words)) for tile, words in re.findall(r"tile of (\d+) for (\d+)", ended.stderr)}
    return sizes, state_digests(folder / "out" / "checkpoint-6")


@pytest.mark.parametrize("name", ["sft", "grpo", "soreb"])
def test_a_tile_is_no_wider_than_the_vocabulary_and_the_bytes_are_those_of_a_whole_one(name, micro, data, tmp_path):
    [(tile, words)], fitting = trained(name, micro, data, tmp_path / "fitting", instruments.record_tiles)
    assert tile == words < 32768
    [(tile, _)], whole = trained(name, micro, data, tmp_path / "whole", instruments.leave_tiles)
    assert tile == 32768
    if EXACT:
        assert fitting == whole
