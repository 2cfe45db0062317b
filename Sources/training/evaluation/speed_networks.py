"""The networks as `evaluation.speed` times them: fixed inputs, and the streaming step of the generator.

Every runtime computes exactly this, on the exported weights: `StreamingStep` has keys and values of conditions and context as
constants, as the engine computes them once per chunk.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from generate import encode_prompt
from make_fixtures import wave
from models.audio_codec import ENVELOPE
from models.diffusion_transformer import layer_norm, rms_norm, rotary_angles, rotate, time_features
from models.motion_encoder import TOKEN

PROMPT = "rain, thunder & wind; far-away bells (soft)"


class StreamingStep(nn.Module):
    """Velocities [2, rows, latent] of a chunk [1, rows, latent] at time [1]: guided branch and unconditional branch."""

    def __init__(self, network, context, motion, visual, prompt, text):
        super().__init__()
        self.network = network
        config, past = network.config, context.shape[1]
        heads = lambda y: y.view(2, -1, config.heads, config.width // config.heads).transpose(1, 2)
        pair = lambda y: torch.cat([y, torch.zeros_like(y)])
        angles = rotary_angles(motion.shape[1], config.width // config.heads).to(context.dtype)
        self.register_buffer("cos", angles[past:].cos())
        self.register_buffer("sin", angles[past:].sin())
        motion = pair(motion)
        self.register_buffer("shared", (network.prompt_modulation(pair(prompt)) + network.visual_modulation(pair(visual)))[:, None])
        self.register_buffer("motion_modulation", network.motion_modulation(motion)[:, past:].clone())
        self.register_buffer("motion_input", network.motion_in(motion)[:, past:].clone())
        mask = torch.ones(2, text.shape[1], dtype=torch.bool)
        mask[1] = False
        tokens, mask = network.conditions(pair(visual), pair(text), mask)
        self.register_buffer("bias", torch.zeros(2, 1, 1, mask.shape[1], dtype=context.dtype).masked_fill(~mask[:, None, None], -1e4))
        time = network.time_out(F.silu(network.time_in(time_features(torch.ones(2, past)).to(context.dtype))))
        modulation = network.modulation(F.silu(time + self.shared + network.motion_modulation(motion[:, :past])))
        modulation = modulation.unflatten(-1, (6, -1))
        h = network.latent_in(context).expand(2, -1, -1) + network.motion_in(motion[:, :past]) + network.context_flag
        everything = torch.ones(2, past, past, dtype=torch.bool)
        for i, block in enumerate(network.blocks):
            ck, cv = (heads(y) for y in block.condition_kv(tokens).chunk(2, -1))
            shift, scale = (modulation + block.modulation)[:, :, :2].unbind(2)
            _, k, v = (heads(y) for y in block.qkv(layer_norm(h) * (1 + scale) + shift).chunk(3, -1))
            k = rotate(rms_norm(k, block.k_norm), angles[:past])
            self.register_buffer(f"ck{i}", rms_norm(ck, block.k_norm).transpose(-1, -2).contiguous())
            self.register_buffer(f"k{i}", k.transpose(-1, -2).contiguous())
            self.register_buffer(f"v{i}", torch.cat([cv, v], 2).contiguous())
            h = block(h, modulation, tokens, mask, everything, angles[:past])

    def turn(self, x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * self.cos - b * self.sin, b * self.cos + a * self.sin], -1)

    def forward(self, x, t):
        network = self.network
        config = network.config
        time = network.time_out(F.silu(network.time_in(time_features(t).to(x.dtype))))
        c = F.silu(time[:, None] + self.shared + self.motion_modulation)
        modulation = network.modulation(c).unflatten(-1, (6, -1))
        h = network.latent_in(x) + self.motion_input
        rows, width = h.shape[1:]
        heads = lambda y: y.reshape(2, rows, config.heads, -1).transpose(1, 2)
        for i, block in enumerate(network.blocks):
            shift1, scale1, gate1, shift2, scale2, gate2 = (modulation + block.modulation).unbind(2)
            q, k, v = (heads(y) for y in block.qkv(layer_norm(h) * (1 + scale1) + shift1).chunk(3, -1))
            q, k = rms_norm(q, block.q_norm), self.turn(rms_norm(k, block.k_norm))
            keys = torch.cat([getattr(self, f"k{i}"), k.transpose(-1, -2)], -1)
            scores = torch.cat([q @ getattr(self, f"ck{i}") + self.bias, self.turn(q) @ keys], -1)
            weights = (scores * (width // config.heads) ** -0.5).softmax(-1)
            y = (weights @ torch.cat([getattr(self, f"v{i}"), v], 2)).transpose(1, 2).reshape(2, rows, width)
            h = h + gate1 * block.output(y)
            y = layer_norm(h) * (1 + scale2) + shift2
            h = h + gate2 * block.mlp_out(F.gelu(block.mlp_in(y), approximate="tanh"))
        shift, scale = network.final_modulation(c).chunk(2, -1)
        return network.velocity(network.output(layer_norm(h) * (1 + scale) + shift), x, t)


class Part(nn.Module):
    """What `call` makes of a network and its inputs."""

    def __init__(self, network, call):
        super().__init__()
        self.network, self.call = network, call

    def forward(self, *inputs):
        return self.call(self.network, *inputs)


@torch.no_grad()
def cases(model) -> dict:
    """name -> (module, inputs, tensors for the engine, multiply-adds counted as two operations)."""
    config = model["config"]
    hop, past, latent = config["hop"], config["context"], config["diffusion_transformer"]["latent"]
    prompt, text, _ = encode_prompt(model, PROMPT)
    visual = wave(384, 0.53).view(1, 384) * 0.3
    context, x = wave(past * latent, 0.61).view(1, past, latent), wave(hop * latent, 0.47).view(1, hop, latent)
    motion = wave((past + hop) * TOKEN, 0.29, 0.5).view(1, past + hop, TOKEN)
    time = torch.tensor([0.35])
    step = StreamingStep(model["diffusion_transformer"], context, motion, visual, prompt, text).eval()
    given = {"context": context[0], "motion": motion[0], "visual": visual[0], "prompt": prompt[0], "text": text[0], "x": x[0], "time": time}
    pixels = wave(3 * 224 * 224, 0.37).view(1, 3, 224, 224)
    latents = wave((hop + 13) * ENVELOPE, 0.173, 0.8).view(1, -1, ENVELOPE)
    ids = torch.tensor(model["tokenizer"](PROMPT))
    # The decoder is timed without its inverse Fourier transform and noise.
    found = {
        "diffusion step": (step, (x, time), given),
        "EfficientNet-Lite0": (Part(model["frame_encoder"], lambda n, x: n(x)[1]).eval(), (pixels,), {"x": pixels[0]}),
        "audio decoder": (Part(model["audio_decoder"], lambda n, z: n.backbone(z)).eval(), (latents,), {"x": latents[0]}),
        "MiniLM": (Part(model["text_encoder"], lambda n, ids: n(ids)[0]).eval(), (ids,), {"x": ids.float()}),
        "motion, 48 frames": (model["motion_encoder"].eval(), ((0.5 + 0.5 * wave(48 * 4096, 0.0137)).view(1, 48, 64, 64),), {}),
    }
    found["motion, 48 frames"][2]["x"] = found["motion, 48 frames"][1][0][0]
    out = {}
    for name, (module, inputs, tensors) in found.items():
        with FlopCounterMode(display=False) as counter:
            module(*inputs)
        out[name] = (module, inputs, tensors, counter.get_total_flops())
    return out


def in_double(module, inputs):
    """The output in 64-bit floats."""
    import copy

    twin = copy.deepcopy(module).double()
    return twin(*(x.double() if x.is_floating_point() else x for x in inputs))
