"""Operations of ONNX Runtime that the graphs use beside the standard ones, in NumPy, by their documentation."""

import numpy as np
from onnx.reference.op_run import OpRun

CONTRIB = "com.microsoft"


class SimplifiedLayerNormalization(OpRun):
    op_domain = ""

    def _run(self, x, scale, axis=-1, epsilon=1e-5, stash_type=1):
        return (rms_norm(x, scale, epsilon),)


class SkipSimplifiedLayerNormalization(OpRun):
    op_domain = CONTRIB

    def _run(self, x, skip, scale, epsilon=1e-5):
        total = x + skip
        return rms_norm(total, scale, epsilon), np.zeros(0), np.zeros(0), total


class QuickGelu(OpRun):
    op_domain = CONTRIB

    def _run(self, x, alpha=1.702):
        return (x / (1 + np.exp(-alpha * x)),)


class FusedMatMul(OpRun):
    op_domain = CONTRIB

    def _run(self, a, b, alpha=1.0, transA=0, transB=0, transBatchA=0, transBatchB=0):
        return ((a @ (b.swapaxes(-1, -2) if transB else b) * alpha).astype(np.float32),)


class RotaryEmbedding(OpRun):
    op_domain = CONTRIB

    def _run(self, x, places, cosines, sines, **_):
        batch, length, _ = x.shape
        half = cosines.shape[1]
        at = places if places.ndim == 2 else np.broadcast_to(places[0] + np.arange(length), (batch, length))
        cos, sin = cosines[at][:, :, None], sines[at][:, :, None]
        heads = x.reshape(batch, length, -1, 2, half)
        first, second = heads[..., 0, :], heads[..., 1, :]
        turned = np.stack([first * cos - second * sin, second * cos + first * sin], axis=-2)
        return (turned.reshape(x.shape).astype(np.float32),)


class MultiHeadAttention(OpRun):
    op_domain = CONTRIB

    def _run(self, query, key, value, num_heads=None, **_):
        q, k, v = (part.reshape(*part.shape[:2], num_heads, -1).transpose(0, 2, 1, 3) for part in (query, key, value))
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        attended = weights / weights.sum(-1, keepdims=True) @ v
        return (attended.transpose(0, 2, 1, 3).reshape(query.shape).astype(np.float32),)


def rms_norm(x, scale, epsilon):
    return (x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * scale).astype(np.float32)


ORT_OPERATIONS = [
    SimplifiedLayerNormalization,
    SkipSimplifiedLayerNormalization,
    QuickGelu,
    FusedMatMul,
    RotaryEmbedding,
    MultiHeadAttention,
]
