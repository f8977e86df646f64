"""The tiny base model: what makes it, and its tokenizer of phrases."""
