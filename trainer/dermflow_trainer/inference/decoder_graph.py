"""The language model of Qwen2.5-VL for a prompt or for one more token of each row, with its cache of keys and values.

    input_ids [batch, length]                     prompts padded on the right, or a token of each row
    image_features [n, hidden], image_places [n, 1]   what stands in place of the tokens at these places of batch * length
    position_ids [3, batch, length]               time, row and column
    last [batch]                                  place of each row's last token in batch * length
    seqlens_k [batch]                             tokens of each row, cache and these, less one
    total_sequence_length [1]                     of the longest row
    past_key_values.<layer>.key|value [batch, heads, room, width]   of each row's tokens so far, from its begin on
        -> logits [batch, vocabulary] of the last token, present.<layer>.key|value

A cache with room for the new tokens may be given as `past` and as `present` at once: they are written into it, and
nothing is copied.
"""

import numpy as np

from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference.graph import CONTRIB, FLOAT, INT32, INT64, Graph


def build_decoder(model):
    text = model.config.text_config
    language = model.model.language_model
    check(text, language)
    hidden_size, heads = text.hidden_size, text.num_key_value_heads
    width = hidden_size // text.num_attention_heads

    graph = Graph()
    tokens = graph.input("input_ids", INT64, ["batch", "length"])
    features = graph.input("image_features", FLOAT, ["image_tokens", hidden_size])
    places = graph.input("image_places", INT64, ["image_tokens", 1])
    positions = graph.input("position_ids", INT64, [3, "batch", "length"])
    last = graph.input("last", INT64, ["batch"])
    lengths = graph.input("seqlens_k", INT32, ["batch"])
    total = graph.input("total_sequence_length", INT32, [1])

    shape = graph.op("Shape", tokens)
    by_row = graph.op("Concat", shape, graph.constant(np.array([-1], np.int64)), axis=0)
    embedded = graph.op("Gather", graph.weight(language.embed_tokens.weight), graph.reshape(tokens, [-1]))
    hidden = graph.op("ScatterND", embedded, places, features)
    angles = rotation(graph, positions, shape, language.rotary_emb)

    normed = graph.norm(hidden, language.layers[0].input_layernorm)
    for index, layer in enumerate(language.layers):
        attention = layer.self_attn
        query, key, value = (
            graph.op("Reshape", graph.linear(normed, projection), by_row)
            for projection in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        names = [f"{index}.{part}" for part in ("key", "value")]
        past = [graph.input(f"past_key_values.{name}", FLOAT, ["batch", heads, "room", width]) for name in names]
        present = [f"present.{name}" for name in names]
        attended, *_ = graph.op(
            "GroupQueryAttention",
            *(graph.rotary(query, *angles), graph.rotary(key, *angles), value, *past, lengths, total),
            outputs=[f"attended{index}", *present],
            domain=CONTRIB,
            **{"num_heads": text.num_attention_heads, "kv_num_heads": heads, "scale": attention.scaling},
        )
        for name in present:
            graph.declare(name, ["batch", heads, "room_after", width])
        attended = graph.reshape(attended, [-1, hidden_size])
        final = index + 1 == len(language.layers)
        if final:  # of the last layer nothing but the last position is needed
            attended, hidden = (graph.op("Gather", value, last, axis=0) for value in (attended, hidden))
        attended = graph.linear(attended, attention.o_proj)
        hidden, normed = graph.add_and_norm(hidden, attended, layer.post_attention_layernorm)
        following = language.norm if final else language.layers[index + 1].input_layernorm
        hidden, normed = graph.add_and_norm(hidden, graph.gated(normed, layer.mlp), following)
    graph.output("logits", graph.linear(normed, model.lm_head), ["batch", text.vocab_size])
    return graph.model("decoder")


def check(text, language):
    def unless(true, what):
        if not true:
            raise BadInput(f"model: {what} has no ONNX export here; evaluate with runtime: transformers")

    unless("sliding_attention" not in text.layer_types, "sliding window attention")
    unless(text.hidden_act == "silu", f"activation {text.hidden_act}")
    unless(language.rotary_emb.rope_type == "default", f"rope_type {language.rotary_emb.rope_type}")


def rotation(graph, positions, shape, embedding):
    """Place of each token in the tables of cosines and sines, and these tables, [batch * length, width / 2]."""
    sections = embedding.mrope_section
    axes = np.repeat(np.arange(len(sections)) % 3, sections)
    # One number in each column, so that the product is exact.
    frequencies = np.zeros((3, len(axes)), np.float32)
    frequencies[axes, np.arange(len(axes))] = embedding.inv_freq.numpy()
    axis_last = graph.op("Transpose", graph.reshape(positions, [3, -1]), perm=[1, 0])
    angles = graph.op("MatMul", graph.op("Cast", axis_last, to=FLOAT), graph.constant(frequencies))
    zero, one = (graph.constant(np.array(value, np.int64)) for value in (0, 1))
    count = graph.op("ReduceProd", shape, keepdims=0)
    places = graph.op("Reshape", graph.op("Range", zero, count, one), shape)
    return places, graph.op("Cos", angles), graph.op("Sin", angles)
