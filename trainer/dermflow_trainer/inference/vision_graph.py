"""The vision tower of Qwen2.5-VL for pictures of one size, several at once, from their pixels on.

    pixels [pictures, height, width, 3], 8-bit RGB -> image_features [pictures, tokens, hidden]

What of the tower depends on the size (order of the patches in windows, rotations, lengths of the windows) is constant,
so there is a graph for each size.
"""

import numpy as np
import torch
from transformers.vision_utils import get_vision_position_ids, get_vision_window_index

from dermflow_trainer.failures import BadInput
from dermflow_trainer.inference.graph import CONTRIB, FLOAT, UINT8, Graph


def build_vision(model, images, height, width):
    """@param images the image processor, which says how pixels become numbers"""
    visual, layout = model.model.visual, layout_of(model, height, width)
    graph = Graph()
    pixels = graph.input("pixels", UINT8, ["pictures", height, width, 3])
    hidden = embed_patches(graph, pixels, visual.patch_embed.proj, images, layout)
    return with_tower(graph, hidden, model, layout, f"vision_encoder_{height}x{width}")


def build_encoder(model, side):
    """The same from pixels [pictures, 3, side, side] that are normalised already."""
    visual, layout = model.model.visual, layout_of(model, side, side)
    graph = Graph()
    pixels = graph.input("pixel_values", FLOAT, ["pictures", 3, side, side])
    hidden = embed_normalised(graph, pixels, visual.patch_embed.proj, layout)
    return with_tower(graph, hidden, model, layout, f"encoder_{side}")


def layout_of(model, height, width):
    config = model.config.vision_config
    if config.hidden_act != "silu":
        raise BadInput(f"model: vision activation {config.hidden_act} has no ONNX export; use runtime: transformers")
    unit = config.patch_size * config.spatial_merge_size
    if height % unit or width % unit:
        raise BadInput(f"imageSizes: {height}x{width} is not a multiple of {unit} pixels on both sides")
    return Layout(model.model.visual, config, height // config.patch_size, width // config.patch_size)


def with_tower(graph, hidden, model, layout, name):
    """@param hidden [pictures * patches, hidden], in the order of the picture's blocks"""
    visual, config = model.model.visual, model.config.vision_config
    hidden = layout.arrange(graph, hidden, layout.order)
    cosines, sines = graph.weight(layout.cosines), graph.weight(layout.sines)

    normed = graph.norm(hidden, visual.blocks[0].norm1)
    for index, block in enumerate(visual.blocks):
        lengths = [layout.patches] if index in config.fullatt_block_indexes else layout.windows
        attended = attend(graph, normed, block.attn, cosines, sines, layout, lengths)
        hidden, normed = graph.add_and_norm(hidden, attended, block.norm2)
        last = index + 1 == len(visual.blocks)
        following = visual.merger.ln_q if last else visual.blocks[index + 1].norm1
        hidden, normed = graph.add_and_norm(hidden, graph.gated(normed, block.mlp), following)

    first, _, second = visual.merger.mlp
    merged = graph.op("Gelu", graph.linear(graph.reshape(normed, [-1, first.in_features]), first))
    features = graph.reshape(graph.linear(merged, second), [-1, layout.tokens, second.out_features])
    features = graph.op("Gather", features, graph.constant(np.argsort(layout.order)), axis=1)
    graph.output("image_features", features, ["pictures", layout.tokens, second.out_features])
    return graph.model(name)


class Layout:
    """Of the patches of one size: their order in windows, by blocks that become one token, and their rotations."""

    def __init__(self, visual, config, rows, columns):
        self.patch, self.merge = config.patch_size, config.spatial_merge_size
        self.hidden = config.hidden_size
        self.rows, self.columns = rows, columns
        self.patches = rows * columns
        self.block = self.merge**2
        self.tokens = self.patches // self.block
        grid = torch.tensor([[1, rows, columns]])
        order, ends = get_vision_window_index(
            grid, spatial_merge_size=self.merge, window_size=visual.window_size, patch_size=self.patch
        )
        self.order = order.numpy().astype(np.int64)
        ends = np.unique(np.asarray(ends))
        self.windows = np.diff(ends).tolist()
        angles = visual.rotary_pos_emb(torch.zeros(1), get_vision_position_ids(grid, self.merge))
        # The second half of a head is turned as the first.
        self.cosines, self.sines = (self.ordered(part[:, : part.shape[1] // 2]) for part in angles)

    def ordered(self, values):
        return values.reshape(self.tokens, self.block, -1)[self.order].reshape(self.patches, -1).contiguous()

    def arrange(self, graph, value, order):
        """[pictures * patches, hidden], the blocks of each picture in another order."""
        blocks = graph.reshape(value, [-1, self.tokens, self.block * self.hidden])
        return graph.reshape(graph.op("Gather", blocks, graph.constant(order), axis=1), [-1, self.hidden])


def embed_patches(graph, pixels, convolution, images, layout):
    """[pictures * patches, hidden]: pixels normalised in float32 and multiplied with the weights of the convolution,
    whose kernel is one patch. A still picture is the same at each time, so that their weights can be added."""
    patch, merge = layout.patch, layout.merge
    rows = graph.reshape(pixels, [-1, layout.rows // merge, merge, patch, layout.columns // merge, merge, patch * 3])
    rows = graph.op("Transpose", rows, perm=[0, 1, 4, 2, 5, 3, 6])
    values = graph.op("Cast", graph.reshape(rows, [-1, patch * patch * 3]), to=FLOAT)
    mean, std = (np.tile(part, patch * patch) for part in normalisation(images))
    values = graph.op("Div", graph.op("Sub", values, graph.constant(mean)), graph.constant(std))
    # [hidden, channel, time, y, x] -> [hidden, y * x * channel]
    weight = convolution.weight.sum(dim=2).permute(0, 2, 3, 1).reshape(layout.hidden, -1)
    return graph.op("Gemm", values, graph.constant(weight.numpy()), transB=1)


def embed_normalised(graph, pixels, convolution, layout):
    """The same of pixels that are numbers already, channel by channel."""
    patch, merge = layout.patch, layout.merge
    rows = graph.reshape(pixels, [-1, 3, layout.rows // merge, merge, patch, layout.columns // merge, merge, patch])
    rows = graph.op("Transpose", rows, perm=[0, 2, 5, 3, 6, 1, 4, 7])
    weight = convolution.weight.sum(dim=2).reshape(layout.hidden, -1)
    return graph.op("Gemm", graph.reshape(rows, [-1, 3 * patch * patch]), graph.constant(weight.numpy()), transB=1)


def normalisation(images):
    """Mean and deviation by channel on the scale of 8-bit pixels, as the processor has them in one step."""
    return (
        (torch.tensor(part, dtype=torch.float32) * (1.0 / images.rescale_factor)).numpy()
        for part in (images.image_mean, images.image_std)
    )


def attend(graph, normed, attention, cosines, sines, layout, lengths):
    """@param lengths of the windows, one after another, that look at themselves alone"""
    hidden, heads = attention.dim, attention.num_heads
    parts = zip(attention.qkv.weight.split(hidden), attention.qkv.bias.split(hidden), strict=True)
    projected = [
        graph.reshape(
            graph.op("Gemm", normed, graph.weight(weight), graph.weight(bias), transB=1), [-1, layout.patches, hidden]
        )
        for weight, bias in parts
    ]
    start = graph.constant(np.zeros(1, np.int64))
    turned = [graph.rotary(value, start, cosines, sines) for value in projected[:2]] + projected[2:]
    if len(set(lengths)) == 1:
        windows = [[graph.reshape(value, [-1, lengths[0], hidden]) for value in turned]]
    else:
        sizes = graph.constant(np.array(lengths, np.int64))
        split = [graph.op("Split", value, sizes, outputs=len(lengths), axis=1) for value in turned]
        windows = zip(*split, strict=True)
    attended = [graph.op("MultiHeadAttention", *window, domain=CONTRIB, num_heads=heads) for window in windows]
    joined = attended[0] if len(attended) == 1 else graph.op("Concat", *attended, axis=1)
    return graph.linear(graph.reshape(joined, [-1, hidden]), attention.proj)
