"""PyTorch's side of `npm run bench features`: pictures as PNGs, features as a tensor. The first line on stdin names the
encoder and the pictures; each further line asks for all of them in batches of a size and is answered by the seconds."""

import json
import sys
import time

import numpy as np
import torch
from PIL import Image

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def shipped(settings):
    """The vision tower of the tiny model, on patches in the order of the model's own processor; pictures of one size make
    one batch."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    images = AutoProcessor.from_pretrained(settings["model"]).image_processor
    model = AutoModelForImageTextToText.from_pretrained(settings["model"], dtype=torch.float32).eval()
    tower, vision = model.model.visual, model.config.vision_config
    patch, merge, copies = vision.patch_size, vision.spatial_merge_size, vision.temporal_patch_size
    blocks = settings["side"] // (patch * merge)
    grid = torch.tensor([[1, settings["side"] // patch, settings["side"] // patch]])

    def encode(pixels):
        count = len(pixels)
        cut = pixels.reshape(count, 3, blocks, merge, patch, blocks, merge, patch).permute(0, 2, 5, 3, 6, 1, 4, 7)
        patches = torch.stack([cut] * copies, dim=6).reshape(count * (blocks * merge) ** 2, -1)
        return tower(patches, grid_thw=grid.repeat(count, 1)).pooler_output.unflatten(0, (count, -1))

    return encode, (images.image_mean, images.image_std)


def vit(settings):
    """A random ViT with a class token, as PanDerm is one, exported for any number of pictures. The features are those of
    the patches."""
    from transformers import ViTConfig, ViTModel

    size = settings["vit"]
    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=size["width"],
        intermediate_size=4 * size["width"],
        num_hidden_layers=size["depth"],
        num_attention_heads=size["heads"],
        image_size=settings["side"],
        patch_size=16,
    )
    tower = Tokens(ViTModel(config, add_pooling_layer=False)).eval()
    torch.onnx.export(
        tower,
        torch.zeros(2, 3, settings["side"], settings["side"]),
        size["graph"],
        dynamo=False,
        opset_version=18,
        input_names=["pixels"],
        output_names=["tokens"],
        dynamic_axes={"pixels": {0: "n"}, "tokens": {0: "n"}},
    )
    return (lambda pixels: tower(pixels)[:, 1:]), IMAGENET


class Tokens(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        return self.model(pixel_values=pixels).last_hidden_state


def read(path, mean, std):
    with Image.open(path) as image:
        pixels = torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1).float() / 255
    return (pixels - mean) / std


@torch.inference_mode()
def main():
    settings = json.loads(sys.stdin.readline())
    torch.set_num_threads(settings["threads"])
    with torch.inference_mode(False), torch.no_grad():
        encode, normal = (vit if "vit" in settings else shipped)(settings)
    mean, std = (torch.tensor(values)[:, None, None] for values in normal)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        size, paths = json.loads(line)["batch"], settings["pictures"]
        begun, computed = time.perf_counter(), time.process_time()
        features = [
            encode(torch.stack([read(path, mean, std) for path in paths[start : start + size]]))
            for start in range(0, len(paths), size)
        ]
        seconds, processor = time.perf_counter() - begun, time.process_time() - computed
        torch.cat(features).numpy().astype("<f4").tofile(settings["numbers"])
        print(json.dumps({"seconds": seconds, "processor": processor}), flush=True)


if __name__ == "__main__":
    main()
