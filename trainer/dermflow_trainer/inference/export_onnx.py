"""Exports a Qwen2.5-VL checkpoint to ONNX, its LoRA adapter unmerged, in the file layout of transformers.js.

    onnx/vision_encoder_<height>x<width>.onnx   pixel_values [patches, dim] -> image_features [tokens, hidden]
    onnx/embed_tokens.onnx                      input_ids [B, T] -> inputs_embeds
    onnx/decoder_model_merged.onnx              inputs_embeds, attention_mask, position_ids [3, B, T], past
                                                    -> logits, present
    config.json, generation_config.json, preprocessor_config.json, tokenizer.json, chat_template.jinja

The vision tower splits its windows by numbers that depend on the grid, which no dynamic graph holds: so one graph for
each image size, by the tracing exporter. The vision graphs share one file of weights. The decoder returns the logits
of the last position only: prompts are padded on the left, and greedy decoding needs no others.
"""

import hashlib
import json
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnx.external_data_helper import set_external_data
from peft import PeftModel
from torch import nn
from transformers import Qwen2_5_VLForConditionalGeneration

from dermflow_trainer.failures import BadInput
from dermflow_trainer.model import load_processor, unspeakable_tokens, with_adapter
from dermflow_trainer.tuning.adaptation import is_whole

OPSET = 18
VISION_WEIGHTS = "vision_encoder.onnx_data"
# Smaller tensors stay in the graph, where shape inference can read them.
EXTERNAL_FROM_BYTES = 1024
# A protobuf file ends at 2 GiB; larger decoders get a file of weights beside the graph.
INLINE_UP_TO_BYTES = 1 << 30


def run(job, events):
    """Export as one `export-onnx` job; a step is one graph."""
    torch.set_num_threads(job["threads"])
    model = load_model(job)
    output = Path(job["output"])
    graphs = output / "onnx"
    graphs.mkdir(parents=True, exist_ok=True)
    sizes = sorted({tuple(size) for size in job["imageSizes"]})
    steps = len(sizes) + 2
    events.started(step=0, max_steps=steps, trainable_parameters=0)

    save_configuration(model, load_processor(job), output)
    shared = WeightFile(graphs / VISION_WEIGHTS)
    for step, (height, width) in enumerate(sizes, start=1):
        export_vision(model, height, width, graphs, shared)
        events.progress(step, steps)
    export_embedding(model, graphs / "embed_tokens.onnx")
    events.progress(steps - 1, steps)
    export_decoder(model, graphs / "decoder_model_merged.onnx")
    events.progress(steps, steps)
    return {"onnx": str(output)}


def load_model(job):
    """The model in float32 with eager attention, whose operations all have an ONNX form."""
    model = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        job["adapter"] if is_whole(job["adapter"]) else job["model"],
        dtype=torch.float32,
        attn_implementation="eager",
    )
    model = with_adapter(model, job)
    model = model.get_base_model() if isinstance(model, PeftModel) else model
    return model.eval().requires_grad_(False)


def save_configuration(model, processor, output):
    """What a reader of the graphs needs. `generation_config.json` holds the settings of the `generate` job."""
    processor.save_pretrained(output)
    processor.image_processor.save_pretrained(output)
    model.config.save_pretrained(output)
    tokenizer = processor.tokenizer
    generation = {
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "suppress_tokens": sorted(unspeakable_tokens(tokenizer)),
    }
    (output / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n", encoding="utf-8")


class WeightFile:
    """Tensors of several graphs in one file, equal ones once."""

    def __init__(self, path):
        self.path = path
        self.offsets = {}
        path.write_bytes(b"")

    def move(self, graph):
        with self.path.open("ab") as file:
            for tensor in graph.initializer:
                data = tensor.raw_data
                if len(data) < EXTERNAL_FROM_BYTES:
                    continue
                digest = hashlib.sha256(data).digest()
                if digest not in self.offsets:
                    self.offsets[digest] = file.tell()
                    file.write(data)
                set_external_data(tensor, self.path.name, self.offsets[digest], len(data))
                tensor.ClearField("raw_data")


class VisionEncoder(nn.Module):
    def __init__(self, model, grid):
        super().__init__()
        self.visual = model.model.visual
        self.grid = torch.tensor([[1, *grid]])

    def forward(self, pixel_values):
        return self.visual(pixel_values, grid_thw=self.grid).pooler_output


def export_vision(model, height, width, folder, shared):
    vision = model.config.vision_config
    unit = vision.patch_size * vision.spatial_merge_size
    if height % unit or width % unit:
        raise BadInput(f"imageSizes: {height}x{width} is not a multiple of {unit} pixels on both sides")
    grid = (height // vision.patch_size, width // vision.patch_size)
    patch = vision.in_channels * vision.temporal_patch_size * vision.patch_size**2
    graph = trace(
        VisionEncoder(model, grid),
        (torch.zeros(grid[0] * grid[1], patch),),
        inputs=["pixel_values"],
        outputs=["image_features"],
        dynamic={},
    )
    shared.move(graph.graph)
    onnx.save_model(graph, folder / f"vision_encoder_{height}x{width}.onnx")


def export_embedding(model, path):
    graph = trace(
        model.get_input_embeddings(),
        (torch.zeros(2, 3, dtype=torch.long),),
        inputs=["input_ids"],
        outputs=["inputs_embeds"],
        dynamic={"input_ids": {0: "batch", 1: "length"}, "inputs_embeds": {0: "batch", 1: "length"}},
    )
    save(graph, path)


class PastKeyValues:
    """The least that the attention layers ask of a cache: earlier keys and values, joined with the new ones."""

    def __init__(self, tensors):
        self.layers = [list(pair) for pair in zip(tensors[::2], tensors[1::2], strict=True)]

    def update(self, keys, values, layer, *_):
        past = self.layers[layer]
        past[0] = torch.cat([past[0], keys], dim=2)
        past[1] = torch.cat([past[1], values], dim=2)
        return past[0], past[1]

    def get_seq_length(self, layer=0):
        return self.layers[layer][0].shape[2]


class Decoder(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.text = model.model.language_model
        self.lm_head = model.lm_head

    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        cache = PastKeyValues(past)
        hidden = self.text(
            inputs_embeds=inputs_embeds,
            # Made here, since the model's own mask takes lengths as constants of the trace.
            attention_mask={"full_attention": causal_mask(attention_mask, inputs_embeds.shape[1])},
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        return self.lm_head(hidden[:, -1:]), *(tensor for pair in cache.layers for tensor in pair)


def causal_mask(attention_mask, length):
    """[B, 1, T, past + T]: 0 where a query may look, the smallest float elsewhere."""
    keys = torch.arange(attention_mask.shape[1])
    queries = keys[attention_mask.shape[1] - length :]
    seen = (keys[None, :] <= queries[:, None])[None, None] & attention_mask.bool()[:, None, None, :]
    return torch.where(seen, 0.0, torch.finfo(torch.float32).min)


def export_decoder(model, path):
    text = model.config.text_config
    if "sliding_attention" in text.layer_types:
        raise BadInput("model: sliding window attention has no ONNX export here; evaluate with runtime: transformers")
    heads, width = text.num_key_value_heads, text.hidden_size // text.num_attention_heads
    batch, length, past = 2, 3, 2
    cache = [torch.zeros(batch, heads, past, width) for _ in range(2 * text.num_hidden_layers)]
    names = [f"{layer}.{part}" for layer in range(text.num_hidden_layers) for part in ("key", "value")]
    past_names = [f"past_key_values.{name}" for name in names]
    present_names = [f"present.{name}" for name in names]
    graph = trace(
        Decoder(model),
        (
            torch.zeros(batch, length, text.hidden_size),
            torch.ones(batch, past + length, dtype=torch.long),
            torch.zeros(3, batch, length, dtype=torch.long),
            *cache,
        ),
        inputs=["inputs_embeds", "attention_mask", "position_ids", *past_names],
        outputs=["logits", *present_names],
        dynamic={
            "inputs_embeds": {0: "batch", 1: "length"},
            "attention_mask": {0: "batch", 1: "total"},
            "position_ids": {1: "batch", 2: "length"},
            "logits": {0: "batch"},
            **{name: {0: "batch", 2: "past"} for name in past_names},
            **{name: {0: "batch", 2: "total"} for name in present_names},
        },
    )
    save(graph, path)


def trace(module, example, inputs, outputs, dynamic):
    # In a folder of its own: beyond 2 GiB the exporter puts each weight in a file beside the graph.
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            module.eval(),
            example,
            path,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=dynamic,
            opset_version=OPSET,
            dynamo=False,
        )
        return onnx.load(path)


def save(graph, path):
    size = sum(len(tensor.raw_data) for tensor in graph.graph.initializer)
    beside = size > INLINE_UP_TO_BYTES
    onnx.save_model(graph, path, save_as_external_data=beside, location=f"{path.name}_data" if beside else None)
