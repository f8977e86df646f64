"""Answers without training: greedy generation, and the export to ONNX."""
