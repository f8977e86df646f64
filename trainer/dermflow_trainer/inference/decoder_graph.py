"""The language model of Qwen2.5-VL over tokens that follow those whose keys and values are given.

    input_ids [batch, length]                     padded on the right
    image_features [n, hidden]                    what stands in place of some tokens
    image_places [n, 1]                           where these stand in batch * length
    position_ids [3, batch, length]               time, row and column
    last [batch]                                  place of each row's last token in batch * length
    past_lengths [batch]                          tokens of each row that came before
    past.<layer>.key|value [batch, heads, room, width]   their keys and values; behind them anything
        -> logits [batch, vocabulary] of the last token, new.<layer>.key|value [batch, heads, length, width]

Only the keys and values of the new tokens are returned. The caller puts them behind the others, in place: a graph that
joins them copies the whole cache for every token.
"""

import numpy as np

from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference.graph import FLOAT, INT64, Graph

NEVER = np.finfo(np.float32).min


def build_decoder(model):
    text = model.config.text_config
    language = model.model.language_model
    check(text, language)

    graph = Graph()
    tokens = graph.input("input_ids", INT64, ["batch", "length"])
    features = graph.input("image_features", FLOAT, ["image_tokens", text.hidden_size])
    places = graph.input("image_places", INT64, ["image_tokens", 1])
    positions = graph.input("position_ids", INT64, [3, "batch", "length"])
    last = graph.input("last", INT64, ["batch"])
    past_lengths = graph.input("past_lengths", INT64, ["batch"])
    attention = Attention(graph, text, tokens, past_lengths)
    angles = rotation(graph, positions, tokens, language.rotary_emb)

    embedded = graph.op("Gather", graph.weight(language.embed_tokens.weight), graph.reshape(tokens, [-1]))
    hidden = graph.op("ScatterND", embedded, places, features)
    normed = graph.norm(hidden, language.layers[0].input_layernorm)
    for index, layer in enumerate(language.layers):
        attended = attention.attend(normed, layer.self_attn, angles, index)
        final = index + 1 == len(language.layers)
        if final:  # of the last layer nothing but the last position is needed
            attended, hidden = (graph.op("Gather", value, last, axis=0) for value in (attended, hidden))
        projected = graph.linear(attended, layer.self_attn.o_proj)
        hidden, normed = graph.add_and_norm(hidden, projected, layer.post_attention_layernorm)
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


class Attention:
    """Over the past and over the new tokens, with one softmax. A key serves a group of queries, which go as one."""

    def __init__(self, graph, text, tokens, past_lengths):
        self.graph = graph
        self.hidden, self.heads = text.hidden_size, text.num_key_value_heads
        self.group = text.num_attention_heads // self.heads
        self.width = text.hidden_size // text.num_attention_heads
        shape = graph.op("Shape", tokens)
        self.by_row = graph.op("Concat", shape, self.whole([-1]), axis=0)
        past = [
            [
                graph.input(f"past.{layer}.{part}", FLOAT, ["batch", self.heads, "room", self.width])
                for part in ("key", "value")
            ]
            for layer in range(text.num_hidden_layers)
        ]
        self.past = past
        length = graph.op("Gather", shape, self.whole(1))
        room = graph.op("Gather", graph.op("Shape", past[0][0]), self.whole(2))
        self.sizes = graph.op("Concat", *(graph.reshape(size, [1]) for size in (room, length)), axis=0)
        past_place = graph.op("Range", self.whole(0), room, self.whole(1))
        seen = graph.op("Less", past_place, graph.reshape(past_lengths, [-1, 1]))
        self.past_mask = graph.op("Unsqueeze", self.mask(seen), self.whole([1, 2]))
        place = graph.op("Range", self.whole(0), length, self.whole(1))
        queries = graph.op("Range", self.whole(0), graph.op("Mul", length, self.whole(self.group)), self.whole(1))
        seen = graph.op("LessOrEqual", place, graph.reshape(graph.op("Mod", queries, length), [-1, 1]))
        self.causal_mask = self.mask(seen)

    def whole(self, values):
        return self.graph.constant(np.array(values, np.int64))

    def mask(self, seen):
        zero, never = (self.graph.constant(np.array(value, np.float32)) for value in (0, NEVER))
        return self.graph.op("Where", seen, zero, never)

    def attend(self, normed, layer, angles, index):
        """[batch * length, hidden] -> the same, before the output's projection"""
        graph, heads, group, width = self.graph, self.heads, self.group, self.width
        query, key, value = (
            graph.op("Reshape", graph.linear(normed, projection), self.by_row)
            for projection in (layer.q_proj, layer.k_proj, layer.v_proj)
        )
        query = graph.reshape(graph.rotary(query, *angles), [0, 0, heads, group, width])
        query = graph.reshape(graph.op("Transpose", query, perm=[0, 2, 3, 1, 4]), [0, 0, -1, width])
        new_key = self.by_head(graph.rotary(key, *angles), f"new.{index}.key")
        new_value = self.by_head(value, f"new.{index}.value")
        past_key, past_value = self.past[index]

        scores = [
            graph.op("Add", graph.product(query, keys, layer.scaling), mask)
            for keys, mask in ((past_key, self.past_mask), (new_key, self.causal_mask))
        ]
        weights = graph.op("Softmax", graph.op("Concat", *scores, axis=-1), axis=-1)
        of_past, of_new = graph.op("Split", weights, self.sizes, outputs=2, axis=-1)
        parts = [graph.op("MatMul", of_past, past_value), graph.op("MatMul", of_new, new_value)]
        attended = graph.reshape(graph.op("Add", *parts), [0, 0, group, -1, width])
        return graph.reshape(graph.op("Transpose", attended, perm=[0, 3, 1, 2, 4]), [-1, self.hidden])

    def by_head(self, value, name):
        """[batch, length, heads * width] -> [batch, heads, length, width], which the graph returns too."""
        rows = self.graph.reshape(value, [0, 0, self.heads, self.width])
        self.graph.declare(name, ["batch", self.heads, "length", self.width])
        return self.graph.op("Transpose", rows, outputs=[name], perm=[0, 2, 1, 3])[0]


def rotation(graph, positions, tokens, embedding):
    """Place of each token in the tables of cosines and sines, and these tables, [batch * length, width / 2]."""
    sections = embedding.mrope_section
    axes = np.repeat(np.arange(len(sections)) % 3, sections)
    # One number in each column, so that the product is exact.
    frequencies = np.zeros((3, len(axes)), np.float32)
    frequencies[axes, np.arange(len(axes))] = embedding.inv_freq.numpy()
    axis_last = graph.op("Transpose", graph.reshape(positions, [3, -1]), perm=[1, 0])
    angles = graph.op("MatMul", graph.op("Cast", axis_last, to=FLOAT), graph.constant(frequencies))
    zero, one = (graph.constant(np.array(value, np.int64)) for value in (0, 1))
    places = graph.op("Range", zero, graph.op("Size", tokens), one)
    places = graph.op("Reshape", places, graph.op("Shape", tokens))
    return places, graph.op("Cos", angles), graph.op("Sin", angles)
