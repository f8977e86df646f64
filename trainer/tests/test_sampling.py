"""Sampling by a row's own seed; the numbers are those of test/unit/inference/sampling.test.ts."""

from itertools import islice

import torch

from dermflow_trainer.inference.sampling import OwnSeeds, draws_of


def test_draws_are_those_of_the_other_runtime():
    assert [draw * 2**32 for draw in islice(draws_of(1), 3)] == [2_693_262_067, 11_749_833, 2_265_367_787]


def test_a_row_draws_the_same_whatever_stands_beside_it():
    scores = torch.log(torch.tensor([[1.0, 2.0, 0.0, 5.0]] * 3))
    together = OwnSeeds([5, 6, 7], 1.0)
    alone = OwnSeeds([6], 1.0)
    taken = [together(None, scores).argmax(dim=-1).tolist() for _ in range(50)]
    assert [row[1] for row in taken] == [alone(None, scores[:1]).argmax(dim=-1).item() for _ in range(50)]
    # Never what is impossible, and not always the same.
    assert {token for row in taken for token in row} == {0, 1, 3}


def test_low_temperature_comes_near_the_likeliest_token():
    scores = torch.log(torch.tensor([[1.0, 2.0, 0.5, 5.0]]))
    cold = OwnSeeds([1], 0.01)
    assert {cold(None, scores).argmax(dim=-1).item() for _ in range(50)} == {3}
