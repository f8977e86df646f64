"""What of a model is trained: a LoRA adapter on some of its parts, on a quantised base too, or the parts themselves."""

import os

from dermflow_trainer.base_model.layers import JOINING, LANGUAGE


def quantisation_arguments(lora):
    """What `from_pretrained` is given beside the rest: QLoRA's own settings (arXiv 2305.14314), or nothing."""
    if "quantise" not in lora:
        return {}
    return {
        "quantization_config": {
            "quant_method": "bitsandbytes",
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": True,
            "bnb_4bit_compute_dtype": "bfloat16",
            # A regular expression of whole names, for what is outside the language model: the vision tower is a tenth
            # of the model and what the pictures pass through.
            "llm_int8_skip_modules": [rf"(?!.*\b{LANGUAGE}\.).+"],
        }
    }


def is_whole(folder):
    """Whether a folder to start from holds a model's own weights, as a full fine-tuning saves them, and no adapter."""
    return folder is not None and not os.path.isfile(os.path.join(folder, "adapter_config.json"))


def part_of(name):
    """The part that a parameter belongs to, by its name in the model."""
    if JOINING.search(name):
        return "merger"
    return "vision" if "visual." in name or "vision_tower." in name else "language"


def train_parts(model, parts):
    """Full fine-tuning: the weights of these parts, embeddings and output layer with the language model's."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(part_of(name) in parts)
    return model
