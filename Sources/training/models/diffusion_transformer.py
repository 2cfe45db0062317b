"""The generator: a diffusion transformer over audio latents that is streaming by construction.

Clean past latents (the context) attend to the conditions and to themselves only, so their keys and values do not depend on
the flow time of the new chunk and are computed once per chunk. The new chunk attends to conditions, context and itself.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from models.flow_matching import LEAST_LEFT


@dataclass
class DiffusionConfig:
    latent: int = 152  # channels of one latent
    slots: int = 88  # the last of them, sparse, for which the network predicts the data instead of the velocity
    motion: int = 5  # numbers in one motion token
    text: int = 384  # width of the text encoder
    width: int = 256
    depth: int = 6
    heads: int = 4
    mlp: int = 4  # inner width of the MLP / width
    guidance: float = 0.0  # largest guidance scale that is built in; 0: none is


def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """x / sqrt(mean(x^2) + eps) * weight over the last axis."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


def layer_norm(x: torch.Tensor) -> torch.Tensor:
    """LayerNorm without affine parameters, eps 1e-6."""
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


def rotary_angles(n: int, dim: int) -> torch.Tensor:
    """[n, dim/2]: position * 10000^(-2i/dim)."""
    frequencies = 10000.0 ** (-torch.arange(0, dim, 2, dtype=torch.float32) / dim)
    return torch.arange(n, dtype=torch.float32)[:, None] * frequencies[None]


def rotate(x: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    """Rotary embedding (Su et al. 2021), half-split pairs: (a, b) -> (a cos - b sin, b cos + a sin). x [.., n, dim]."""
    a, b = x.chunk(2, dim=-1)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)


def time_features(t: torch.Tensor, dim: int = 256) -> torch.Tensor:
    """[..., dim]: cos then sin of 1000 t * 10000^(-i / (dim/2)); t in [0, 1], 0 noise, 1 data."""
    half = dim // 2
    frequencies = torch.exp(-torch.arange(half, dtype=torch.float32, device=t.device) * (9.210340371976184 / half))
    angles = t[..., None].float() * 1000.0 * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Block(nn.Module):
    """adaLN transformer block; attention sees condition tokens (no position) beside latents (rotary positions)."""

    def __init__(self, c: DiffusionConfig):
        super().__init__()
        self.heads, self.head_width = c.heads, c.width // c.heads
        self.modulation = nn.Parameter(torch.zeros(6, c.width))  # added to the shared modulation
        self.qkv = nn.Linear(c.width, 3 * c.width)
        self.condition_kv = nn.Linear(c.width, 2 * c.width)
        self.q_norm = nn.Parameter(torch.ones(self.head_width))
        self.k_norm = nn.Parameter(torch.ones(self.head_width))
        self.output = nn.Linear(c.width, c.width)
        self.mlp_in = nn.Linear(c.width, c.mlp * c.width)
        self.mlp_out = nn.Linear(c.mlp * c.width, c.width)

    def split(self, x):
        return x.view(*x.shape[:2], self.heads, self.head_width).transpose(1, 2)

    def forward(self, x, modulation, conditions, condition_mask, mask, angles):
        """x [B, N, d]; modulation [B, N, 6, d]; conditions [B, C, d]; masks True where attention is allowed."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (modulation + self.modulation).unbind(2)
        h = layer_norm(x) * (1 + scale1) + shift1
        q, k, v = (self.split(y) for y in self.qkv(h).chunk(3, dim=-1))
        ck, cv = (self.split(y) for y in self.condition_kv(conditions).chunk(2, dim=-1))
        q, k, ck = rms_norm(q, self.q_norm), rms_norm(k, self.k_norm), rms_norm(ck, self.k_norm)
        scores = torch.cat([q @ ck.transpose(-1, -2), rotate(q, angles) @ rotate(k, angles).transpose(-1, -2)], dim=-1)
        allowed = torch.cat([condition_mask[:, None, :].expand(-1, x.shape[1], -1), mask], dim=-1)[:, None]
        weights = (scores * self.head_width**-0.5).masked_fill(~allowed, float("-inf")).softmax(-1)
        y = (weights @ torch.cat([cv, v], dim=2)).transpose(1, 2).reshape(x.shape)
        x = x + gate1 * self.output(y)
        h = layer_norm(x) * (1 + scale2) + shift2
        return x + gate2 * self.mlp_out(F.gelu(self.mlp_in(h), approximate="tanh"))


class DiffusionTransformer(nn.Module):
    """Velocity of the flow from noise to audio latents, given motion tokens, a visual prompt and a text prompt.

    Of the slots of partials, which are mostly empty, it predicts the data x1 (Li & He 2025): velocity (x1 - x) / (1 - t).
    """

    def __init__(self, config: DiffusionConfig = DiffusionConfig()):
        super().__init__()
        self.config = c = config
        self.latent_in = nn.Linear(c.latent, c.width)
        self.motion_in = nn.Linear(c.motion, c.width)
        self.context_flag = nn.Parameter(torch.zeros(c.width))  # added to clean latents
        self.time_in = nn.Linear(256, c.width)
        if c.guidance > 0:
            self.guidance_in = nn.Parameter(torch.zeros(c.width))  # times log(guidance scale), added to time_in
        self.time_out = nn.Linear(c.width, c.width)
        self.motion_modulation = nn.Linear(c.motion, c.width)
        self.prompt_modulation = nn.Linear(c.text, c.width)
        self.visual_modulation = nn.Linear(c.text, c.width)
        self.modulation = nn.Linear(c.width, 6 * c.width)
        self.sink = nn.Parameter(torch.zeros(c.width))  # condition token that is always there
        self.visual_in = nn.Linear(c.text, c.width)
        self.text_in = nn.Linear(c.text, c.width)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.depth))
        self.final_modulation = nn.Linear(c.width, 2 * c.width)
        self.output = nn.Linear(c.width, c.latent)
        self.initialise()

    def initialise(self):
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=module.in_features**-0.5 * 0.7)
                nn.init.zeros_(module.bias)
        nn.init.normal_(self.sink, std=0.5)
        for layer in (self.modulation, self.final_modulation, self.output):
            nn.init.zeros_(layer.weight)
        for block in self.blocks:
            nn.init.normal_(block.modulation, std=0.02)
        with torch.no_grad():  # a block begins as identity; gates start open a little, so that gradients reach it
            for block in self.blocks:
                block.output.weight.zero_()
                block.mlp_out.weight.zero_()
                block.modulation[2] += 0.3
                block.modulation[5] += 0.3

    def conditions(self, visual, text, text_mask):
        """[B, 2 + L, d] tokens and their mask [B, 2 + L]: sink, visual prompt, text states."""
        batch = visual.shape[0]
        tokens = torch.cat([self.sink.expand(batch, 1, -1), self.visual_in(visual)[:, None], self.text_in(text)], dim=1)
        return tokens, torch.cat([text_mask.new_ones(batch, 2), text_mask], dim=1)

    def forward(self, x, t, context, motion, visual, prompt, text, text_mask, scale=None):
        """Velocity [B, N, latent].

        x [B, N, latent]: latents, clean where `context`; t [B]: flow time of the new chunk; context [B, N] bool, a prefix;
        motion [B, N, motion] (zeros: none); visual [B, text] sum of class probabilities times unit text embeddings times
        sqrt(384) (zeros: none); prompt [B, text] unit mean embedding times sqrt(384) (zeros: none); text [B, L, text] token
        states, text_mask [B, L] bool; scale [B] in 1 .. config.guidance: the velocity that guidance by so much leads to (none: 1).
        """
        n = x.shape[1]
        times = torch.where(context, torch.ones_like(x[..., 0]), t[:, None].to(x.dtype))
        hidden = self.time_in(time_features(times).to(x.dtype))
        if scale is not None:
            hidden = hidden + torch.where(context, 0, scale.log()[:, None])[..., None] * self.guidance_in
        time = self.time_out(F.silu(hidden))
        shared = (self.prompt_modulation(prompt) + self.visual_modulation(visual))[:, None]
        c = F.silu(time + shared + self.motion_modulation(motion))
        modulation = self.modulation(c).view(*c.shape[:2], 6, -1)
        tokens, token_mask = self.conditions(visual, text, text_mask)
        # A context row sees context only; a chunk row sees everything.
        mask = (~context)[:, :, None] | context[:, None, :]
        angles = rotary_angles(n, self.config.width // self.config.heads).to(x.device)
        h = self.latent_in(x) + self.motion_in(motion) + context[..., None] * self.context_flag
        for block in self.blocks:
            h = block(h, modulation, tokens, token_mask, mask, angles)
        shift, scale = self.final_modulation(c).chunk(2, dim=-1)
        return self.velocity(self.output(layer_norm(h) * (1 + scale) + shift), x, t)

    def velocity(self, output, x, t):
        """What the last layer gives, of which the slots are predicted data -> velocity, all [B, N, latent]; t [B]."""
        velocity, slots = output.split([self.config.latent - self.config.slots, self.config.slots], dim=-1)
        left = (1 - t).clamp(min=LEAST_LEFT).to(x.dtype).view(-1, 1, 1)
        return torch.cat([velocity, (slots - x[..., -self.config.slots :]) / left], dim=-1)
