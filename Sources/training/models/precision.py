"""Which numbers to multiply in."""

import torch


def mixed(device: str = "cpu") -> torch.autocast:
    """Products in bfloat16 where the processor has them; where they are emulated they take ten times as long as in f32."""
    return torch.autocast(device, torch.bfloat16, enabled=device != "cpu" or torch.cpu.get_capabilities().get("avx512_bf16", False))
