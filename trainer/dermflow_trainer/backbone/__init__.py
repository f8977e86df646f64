"""The tiny base model: what makes it, and its tokenizer of phrases. The only part that names an architecture."""

# As Transformers names it in a model's configuration; the one with an ONNX export.
MODEL_TYPE = "qwen2_5_vl"
