"""What PyTorch makes of pictures, as JSON on stdout: the vision tower of a model behind its own processor, and the tokens
of two small encoders, which are exported for any number of pictures: one with a register beside the class token, for one
picture too, and a ViT in the form of PanDerm ViT-L/16 (patches of 16 pixels, a class token, learned positions). A third
graph, log.onnx, answers what is not finite.

Called by test/integration/features/encoder.test.ts: encoder.py MODEL FOLDER PICTURE...
"""

import json
import sys

import torch
from PIL import Image
from torch import nn
from transformers import AutoProcessor, Qwen2_5_VLForConditionalGeneration, ViTConfig, ViTModel

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Encoder(nn.Module):
    """A class token and a register, then the patches, seen by each other."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 24, 14, 14)
        self.prefix = nn.Parameter(torch.randn(2, 24))
        self.norm, self.mixed = nn.LayerNorm(24), nn.Linear(24, 72)

    def forward(self, pixels):
        patches = self.patches(pixels).flatten(2).transpose(1, 2)
        prefix = self.prefix.unsqueeze(0).expand(patches.shape[0], -1, -1)
        tokens = torch.cat([prefix, patches], dim=1)
        queries, keys, values = self.mixed(self.norm(tokens)).chunk(3, dim=-1)
        return tokens + torch.softmax(queries @ keys.transpose(1, 2), dim=-1) @ values


class Tokens(nn.Module):
    def __init__(self, side):
        super().__init__()
        config = ViTConfig(
            hidden_size=32,
            intermediate_size=128,
            num_hidden_layers=3,
            num_attention_heads=4,
            image_size=side,
            patch_size=16,
            initializer_range=0.3,
        )
        self.model = ViTModel(config, add_pooling_layer=False)

    def forward(self, pixels):
        return self.model(pixel_values=pixels).last_hidden_state


class Log(nn.Module):
    """Of negative numbers too."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, pixels):
        return self.encoder(pixels).log()


def export(encoder, pixels, path):
    """For as many pictures as these if it is one, otherwise for any number."""
    torch.onnx.export(
        encoder,
        pixels,
        path,
        dynamo=False,
        opset_version=18,
        input_names=["pixels"],
        output_names=["tokens"],
        dynamic_axes={"pixels": {0: "n"}, "tokens": {0: "n"}} if len(pixels) > 1 else None,
    )


@torch.no_grad()
def main():
    model_path, folder, *paths = sys.argv[1:]
    torch.manual_seed(1)
    images = [Image.open(path).convert("RGB") for path in paths]

    processor = AutoProcessor.from_pretrained(model_path).image_processor
    tower = Qwen2_5_VLForConditionalGeneration.from_pretrained(model_path, dtype=torch.float32).eval().model.visual
    shipped = []
    for image in images:
        inputs = processor(images=[image], return_tensors="pt")
        shipped.append(tower(inputs["pixel_values"], grid_thw=inputs["image_grid_thw"]).pooler_output.tolist())

    pixels = torch.stack([torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8) for image in images])
    pixels = pixels.reshape(len(images), *reversed(images[0].size), 3).permute(0, 3, 1, 2).float() / 255
    pixels = (pixels - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    encoders = {"vit": Encoder().eval(), "panderm": Tokens(pixels.shape[-1]).eval()}
    for name, encoder in encoders.items():
        export(encoder, pixels[:2], f"{folder}/{name}.onnx")
    export(encoders["vit"], pixels[:1], f"{folder}/single.onnx")
    export(Log(encoders["vit"]), pixels[:2], f"{folder}/log.onnx")
    json.dump({"shipped": shipped, **{name: own(pixels).tolist() for name, own in encoders.items()}}, sys.stdout)


if __name__ == "__main__":
    main()
