"""`python micro_model.py FOLDER`: a random Qwen2.5-VL of some 10^5 parameters in FOLDER/base, an adapter in
FOLDER/adapter. The weights are spread wide, so that the most likely token leads clearly and depends on the image."""

import sys

import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen2_5_VLForConditionalGeneration

from dermflow_trainer.backbone.build import build_config, build_processor, save
from dermflow_trainer.base_model.layers import lora_targets

SPREAD = 0.2
WORDS = [f"w{i}" for i in range(40)] + ["Two words.", "<thinking>", "</thinking>", ",", "precancerous in situ"]


def build(folder):
    torch.manual_seed(0)
    processor = build_processor(WORDS)
    config = build_config(processor.tokenizer)
    config.text_config.num_hidden_layers = 2
    config.text_config.layer_types = ["full_attention"] * 2
    config.vision_config.window_size = 56
    for part in (config.text_config, config.vision_config):
        part.initializer_range = SPREAD
    model = Qwen2_5_VLForConditionalGeneration(config)
    save(model, processor, f"{folder}/base")
    targets = lora_targets(model)
    policy = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=targets, task_type="CAUSAL_LM"))

    for name, parameter in policy.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=SPREAD)
    policy.save_pretrained(f"{folder}/adapter")


if __name__ == "__main__":
    build(sys.argv[1])
