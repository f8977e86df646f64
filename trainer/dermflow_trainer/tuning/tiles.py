"""How much memory TRL takes for the logits of a pass. It computes log-probabilities in tiles of 4096 tokens and 32768
words and takes a whole tile, whatever the vocabulary holds, for each pass and again for its gradient: 316 MiB in the
demo, whose 76 words need one. Where torch is deterministic every byte of it is filled besides."""

from trl.trainer import utils

WIDEST = utils._CHUNKED_LOGPROB_CHUNK_SIZE


def with_fitting_tiles(policy):
    """This model, once TRL's tiles are no wider than its vocabulary: as many as before, of the same numbers."""
    utils._CHUNKED_LOGPROB_CHUNK_SIZE = min(WIDEST, policy.config.get_text_config().vocab_size)
    return policy
