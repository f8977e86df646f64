"""`python build_model.py SETTINGS.json`: a Qwen2.5-VL of the given widths with random weights, a real tokenizer and the
image processor's true budget, in Hugging Face layout.

Settings: `shape` (bench/rehearse/shapes.ts), `tokenizer` (folder with tokenizer.json and tokenizer_config.json),
`seed`, `output`; where they are not fp32 and the processor, `dtype` and `device`, on which the weights are drawn. The
chat template is the one of Qwen2.5-VL that TRL ships.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

import torch
from transformers import (
    AutoTokenizer,
    GenerationConfig,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

# The values of Qwen2.5-VL-7B-Instruct's own files that no shape decides.
PIXELS = dict(min_pixels=4 * 28 * 28, max_pixels=16384 * 28 * 28)
PATCH = dict(patch_size=14, temporal_patch_size=2, merge_size=2)


def build(settings):
    torch.manual_seed(settings["seed"])
    tokenizer = AutoTokenizer.from_pretrained(settings["tokenizer"], padding_side="left")
    tokenizer.chat_template = chat_template()
    processor = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(**PIXELS, **PATCH),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(),
        chat_template=chat_template(),
    )
    torch.set_default_dtype(getattr(torch, settings.get("dtype", "float32")))
    with torch.device(settings.get("device", "cpu")):
        model = Qwen2_5_VLForConditionalGeneration(configuration(settings["shape"], tokenizer))
    # As the 7B model's, whose defaults play no part in training and evaluation.
    end, pad = (tokenizer.convert_tokens_to_ids(name) for name in ("<|im_end|>", "<|endoftext|>"))
    model.generation_config = GenerationConfig(
        do_sample=True, repetition_penalty=1.05, bos_token_id=pad, eos_token_id=[end, pad], pad_token_id=pad
    )
    os.makedirs(settings["output"], exist_ok=True)
    model.cpu().save_pretrained(settings["output"])
    processor.save_pretrained(settings["output"])
    return sum(parameter.numel() for parameter in model.parameters())


def chat_template():
    (folder,) = importlib.util.find_spec("trl").submodule_search_locations
    return (Path(folder) / "chat_templates" / "qwen2_5_vl.jinja").read_text(encoding="utf-8")


def configuration(shape, tokenizer):
    ids = tokenizer.convert_tokens_to_ids
    if len(tokenizer) > shape["vocabulary"]:
        raise SystemExit(f"the tokenizer has {len(tokenizer)} tokens, the model {shape['vocabulary']}")
    vision = shape["vision"]
    # A quarter of a head's rotations for time, three eighths each for height and width: 16, 24 and 24 in the 7B model.
    eighth = shape["hidden"] // shape["heads"] // 16
    return Qwen2_5_VLConfig(
        text_config=dict(
            vocab_size=shape["vocabulary"],
            hidden_size=shape["hidden"],
            intermediate_size=shape["intermediate"],
            num_hidden_layers=shape["layers"],
            num_attention_heads=shape["heads"],
            num_key_value_heads=shape["keyValueHeads"],
            max_position_embeddings=128000,
            rms_norm_eps=1e-6,
            rope_parameters=dict(
                rope_type="default", mrope_section=[2 * eighth, 3 * eighth, 3 * eighth], rope_theta=1e6
            ),
            bos_token_id=ids("<|endoftext|>"),
            eos_token_id=ids("<|im_end|>"),
            pad_token_id=ids("<|endoftext|>"),
            tie_word_embeddings=shape["tied"],
        ),
        vision_config=dict(
            depth=vision["depth"],
            hidden_size=vision["hidden"],
            intermediate_size=vision["intermediate"],
            num_heads=shape["visionHeads"],
            out_hidden_size=shape["hidden"],
            patch_size=vision["patch"],
            spatial_merge_size=vision["merge"],
            temporal_patch_size=vision["temporalPatch"],
            window_size=112,
            # One block in eight, the last one too, sees the whole image, the others windows of it.
            fullatt_block_indexes=list(range(vision["depth"] - 1, -1, -8))[::-1],
            in_channels=3,
        ),
        image_token_id=ids("<|image_pad|>"),
        video_token_id=ids("<|video_pad|>"),
        vision_start_token_id=ids("<|vision_start|>"),
        vision_end_token_id=ids("<|vision_end|>"),
        tie_word_embeddings=shape["tied"],
    )


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(json.dumps({"parameters": build(json.load(file))}))
