"""Training with the model's parameters in shards: FSDP 2, as Accelerate 1.15 and Transformers 5.23 have it, with what
they leave to the caller. Sharded checkpoints hold no adapter that PEFT can read, and `generate` does not know that its
forward passes are collective, so a rank whose sequences have ended would leave the others waiting."""

import os

from torch.distributed.tensor import DTensor

from dermflow_trainer.base_model.layers import repeated_layers


def is_sharded():
    return os.environ.get("ACCELERATE_USE_FSDP", "").lower() == "true"


def prepare_sharding(base):
    """Before the trainer is built: in which layers the model is cut, and that ranks sample in step."""
    if not is_sharded():
        return
    os.environ["FSDP_TRANSFORMER_CLS_TO_WRAP"] = ",".join(repeated_layers(base))
    # Read by `is_fsdp_managed_module`, by which `generate` chooses `synced_gpus`; Accelerate does not set it.
    base._is_fsdp_managed_module = True


def whole_adapters(policy):
    """Every tensor of every adapter, whole, on the CPU. All ranks take part."""
    adapters = [(name, p) for name, p in policy.named_parameters() if policy.prefix in name]
    return {name: (p.full_tensor() if isinstance(p, DTensor) else p).detach().cpu() for name, p in adapters}


def add_adapters(trainer, folder):
    """Puts all adapters into a sharded checkpoint, in PEFT's layout as in any other checkpoint."""
    policy = trainer.accelerator.unwrap_model(trainer.model)
    weights = whole_adapters(policy)
    if trainer.is_world_process_zero():
        policy.save_pretrained(folder, state_dict=weights)
    trainer.accelerator.wait_for_everyone()
