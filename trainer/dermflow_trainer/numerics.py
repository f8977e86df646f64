"""What decides the last digits of a sum beside versions, device, processes and threads of a job: the instructions and
libraries in use, the attention's implementation, and the variables by which libraries choose among their kernels."""

import os
import re

import torch

# Every variable of these families that is set counts, except those that only make a library talk or wait.
FAMILIES = ("ATEN_", "ONEDNN_", "DNNL_", "MKL_", "OMP_", "KMP_", "GOMP_", "CUBLAS_", "CUDNN_", "NVIDIA_TF32_", "NCCL_")
HARMLESS = ("VERBOSE", "DEBUG", "WAIT_POLICY", "BLOCKTIME", "DISPLAY", "SOCKET_IFNAME")


def numerics(model):
    """Facts by name, each as text; equal facts on one machine and the next let sums come out alike."""
    build = torch.__config__.show()
    facts = {
        "attention": attention_of(model),
        "instruction set": torch.backends.cpu.get_cpu_capability(),
        "processor": processor(),
        "oneDNN": first(r"MKL-DNN (v\S+)", build) if torch.backends.mkldnn.is_available() else "none",
        "BLAS": first(r"(Math Kernel Library Version \S+)", build) or first(r"BLAS_INFO=(\w+)", build),
        "torch build": f"{torch.version.git_version}, CUDA {torch.version.cuda or torch.version.hip or 'none'}",
        "threads in use": f"{torch.get_num_threads()}, {torch.get_num_interop_threads()} between operations",
        "deterministic algorithms": str(torch.are_deterministic_algorithms_enabled()),
        "float32 products": float32_products(),
    }
    if torch.cuda.is_available():
        facts["cuDNN"] = f"{torch.backends.cudnn.version()}, convolutions {torch.backends.cudnn.conv.fp32_precision}"
    return facts | variables()


def float32_products():
    """How float32 matrices are multiplied. PyTorch's older question is refused where its newer settings were used, as
    Transformers does for `tf32`."""
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:
        cuda, onednn = torch.backends.cuda.matmul, torch.backends.mkldnn.matmul
        return f"CUDA {cuda.fp32_precision}, oneDNN {onednn.fp32_precision}"


def variables():
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(FAMILIES) and not name.endswith(HARMLESS)
    }


def attention_of(model):
    """As the model resolved it, of its parts too: `sdpa`, or `sdpa, vision_config eager`."""
    config = model.config
    whole = str(config._attn_implementation)
    parts = {name: str(getattr(config, name)._attn_implementation) for name in sorted(config.sub_configs)}
    return ", ".join([whole, *(f"{name} {value}" for name, value in parts.items() if value != whole)])


def processor():
    """Kernels and their blocks are chosen by it; the fields of /proc/cpuinfo where there is one."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            lines = dict(re.findall(r"^(.+?)\s*: (.*)$", file.read().split("\n\n")[0], re.MULTILINE))
    except OSError:
        import platform

        return platform.processor() or platform.machine()
    fields = ("model name", "cpu family", "model", "cache size")
    vectors = sorted(flag for flag in lines.get("flags", "").split() if re.match(r"avx|amx|fma|f16c|sse4", flag))
    return ", ".join([*(lines[name] for name in fields if name in lines), " ".join(vectors)])


def first(pattern, text):
    found = re.search(pattern, text)
    return found.group(1) if found else ""
