"""Tiny models with random weights of several architectures, in the layout of the hub: the real classes, processors and
chat forms of the pinned Transformers, with the micro model's words."""

import torch
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    GotOcr2ImageProcessor,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLProcessor,
    InternVLVideoProcessor,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    Qwen2Config,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)
from transformers.models.internvl.configuration_internvl import InternVLVisionConfig

from dermflow_trainer.backbone.build import build_config, build_processor
from dermflow_trainer.backbone.phrase_tokenizer import CHAT_TEMPLATE, build_tokenizer

SPREAD = 0.2
WORDS = [f"w{i}" for i in range(40)] + ["<thinking>", "</thinking>", ",", "user", "assistant"]
TEXT = dict(
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=1024,
    initializer_range=SPREAD,
)


def build(name, folder):
    """Writes the model `name` of `BACKBONES` into a folder."""
    torch.manual_seed(0)
    model, processor = BACKBONES[name]()
    processor.chat_template = processor.tokenizer.chat_template
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    processor.tokenizer.save_pretrained(folder)


def ids_of(tokenizer):
    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in ("<|im_end|>", "<|endoftext|>")}
    return dict(vocab_size=len(tokenizer), eos_token_id=ids["<|im_end|>"], pad_token_id=ids["<|endoftext|>"])


def vision_ids(tokenizer):
    return dict(
        image_token_id=tokenizer.convert_tokens_to_ids("<|image_pad|>"),
        video_token_id=tokenizer.convert_tokens_to_ids("<|video_pad|>"),
        vision_start_token_id=tokenizer.convert_tokens_to_ids("<|vision_start|>"),
        vision_end_token_id=tokenizer.convert_tokens_to_ids("<|vision_end|>"),
    )


def qwen2_vl():
    tokenizer = build_tokenizer(WORDS)
    images = Qwen2VLImageProcessor(
        min_pixels=28 * 28, max_pixels=448 * 448, patch_size=14, temporal_patch_size=2, merge_size=2
    )
    config = Qwen2VLConfig(
        text_config=dict(
            **TEXT,
            **ids_of(tokenizer),
            rope_parameters=dict(rope_type="default", mrope_section=[2, 3, 3], rope_theta=10000.0),
        ),
        vision_config=dict(
            depth=2, embed_dim=32, hidden_size=64, num_heads=2, mlp_ratio=2, patch_size=14, initializer_range=SPREAD
        ),
        **vision_ids(tokenizer),
        tie_word_embeddings=True,
    )
    return Qwen2VLForConditionalGeneration(config), Qwen2VLProcessor(
        images, tokenizer, Qwen2VLVideoProcessor(), CHAT_TEMPLATE
    )


def qwen3_vl():
    tokenizer = build_tokenizer(WORDS)
    images = Qwen2VLImageProcessor(
        min_pixels=32 * 32, max_pixels=448 * 448, patch_size=16, temporal_patch_size=2, merge_size=2
    )
    config = Qwen3VLConfig(
        text_config=dict(
            **TEXT,
            **ids_of(tokenizer),
            head_dim=16,
            rope_parameters=dict(
                rope_type="default", mrope_section=[2, 3, 3], mrope_interleaved=True, rope_theta=10000.0
            ),
        ),
        vision_config=dict(
            depth=2,
            hidden_size=32,
            intermediate_size=64,
            num_heads=2,
            out_hidden_size=64,
            patch_size=16,
            num_position_embeddings=64,
            deepstack_visual_indexes=[0],
            initializer_range=SPREAD,
        ),
        **vision_ids(tokenizer),
        tie_word_embeddings=True,
    )
    return Qwen3VLForConditionalGeneration(config), Qwen3VLProcessor(
        images, tokenizer, Qwen3VLVideoProcessor(), CHAT_TEMPLATE
    )


def internvl():
    tokenizer = build_tokenizer(WORDS)
    extra = dict(
        start_image_token="<|vision_start|>",
        end_image_token="<|vision_end|>",
        context_image_token="<|image_pad|>",
        video_token="<|video_pad|>",
    )
    tokenizer = type(tokenizer)(
        tokenizer_object=tokenizer.backend_tokenizer,
        unk_token=tokenizer.unk_token,
        eos_token=tokenizer.eos_token,
        pad_token=tokenizer.pad_token,
        additional_special_tokens=["<|im_start|>", *extra.values()],
        clean_up_tokenization_spaces=False,
        extra_special_tokens=extra,
    )
    # Its processor puts start and end around the image itself.
    tokenizer.chat_template = CHAT_TEMPLATE.replace("<|vision_start|><|image_pad|><|vision_end|>", "<|image_pad|>")
    images = GotOcr2ImageProcessor(size={"height": 28, "width": 28}, min_patches=1, max_patches=4)
    config = InternVLConfig(
        text_config=Qwen2Config(**TEXT, **ids_of(tokenizer), tie_word_embeddings=True).to_dict(),
        vision_config=InternVLVisionConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            image_size=28,
            patch_size=14,
            initializer_range=SPREAD,
        ).to_dict(),
        image_token_id=tokenizer.convert_tokens_to_ids("<|image_pad|>"),
        image_seq_length=1,
    )
    processor = InternVLProcessor(images, tokenizer, InternVLVideoProcessor(), image_seq_length=1)
    return InternVLForConditionalGeneration(config), processor


def llava():
    tokenizer = build_tokenizer(WORDS)
    tokenizer.chat_template = CHAT_TEMPLATE.replace("<|vision_start|><|image_pad|><|vision_end|>", "<|image_pad|>")
    side = {"height": 28, "width": 28}
    images = CLIPImageProcessor(size={"shortest_edge": 28}, crop_size=side)
    config = LlavaConfig(
        text_config=LlamaConfig(**TEXT, **ids_of(tokenizer), tie_word_embeddings=True).to_dict(),
        vision_config=CLIPVisionConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            image_size=28,
            patch_size=14,
            projection_dim=32,
            initializer_range=SPREAD,
        ).to_dict(),
        image_token_index=tokenizer.convert_tokens_to_ids("<|image_pad|>"),
        image_seq_length=4,
        vision_feature_layer=-1,
    )
    processor = LlavaProcessor(
        images,
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        image_token="<|image_pad|>",
        num_additional_image_tokens=1,
    )
    return LlavaForConditionalGeneration(config), processor


def qwen2_5_vl():
    from transformers import Qwen2_5_VLForConditionalGeneration

    processor = build_processor(WORDS)
    config = build_config(processor.tokenizer)
    config.text_config.num_hidden_layers = 2
    config.text_config.layer_types = ["full_attention"] * 2
    for part in (config.text_config, config.vision_config):
        part.initializer_range = SPREAD
    return Qwen2_5_VLForConditionalGeneration(config), processor


BACKBONES = {
    "Qwen2.5-VL": qwen2_5_vl,
    "Qwen2-VL": qwen2_vl,
    "Qwen3-VL": qwen3_vl,
    "InternVL": internvl,
    "LLaVA": llava,
}
