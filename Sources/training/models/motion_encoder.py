"""When and where something happens: luma frames on the latent grid -> one token per latent.

Looks LOOK_AHEAD frames ahead and LOOK_BACK back, so tokens of frames [a, b) follow from frames [a - LOOK_BACK, b + LOOK_AHEAD).
Before the first and after the last frame pictures are held and features of the temporal part are zero.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

CHANNELS = (24, 32, 48, 64)
WIDTH = 128
FEATURES = 48  # learned part of a token
HEADS = ("onset", "offset", "strength", "pan", "energy")
TOKEN = 64
# Temporal convolutions as (frames back, frames ahead): kernels of 1 + back + ahead.
TEMPORAL = ((2, 1), (2, 1), (3, 0), (3, 0))
NEAR = 2  # frames before and after a frame that its own features see
LOOK_AHEAD = NEAR + sum(ahead for _, ahead in TEMPORAL)
LOOK_BACK = NEAR + sum(back for back, _ in TEMPORAL)


class MotionEncoder(nn.Module):
    """[B, N, 64, 64] luma in 0..1 -> tokens [B, N, 64]: 48 features, then onset probability, offset of the onset from the
    frame's middle in latents, strength, pan times probability and motion energy; the rest is zero."""

    def __init__(self):
        super().__init__()
        channels = (5,) + CHANNELS
        self.conv = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in zip(channels, channels[1:]))
        self.project = nn.Linear(CHANNELS[-1] * 16, WIDTH)
        self.temporal = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 1 + back + ahead) for back, ahead in TEMPORAL)
        self.features = nn.Linear(WIDTH, FEATURES)
        self.heads = nn.Linear(WIDTH, len(HEADS))
        for layer in (*self.conv, self.project, *self.temporal):  # keep the signal's scale through the stack
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def trunk(self, luma):
        """[B, N, 64, 64] -> [B, N, WIDTH].

        Channels of frame k: luma standardised within the frame, and the differences to the frame before of frames
        k - 1 .. k + 2 by the same measure: a stop or a reversal shows in one place. Ends are held.
        """
        b, n = luma.shape[:2]
        deviation = luma.var((2, 3), correction=0, keepdim=True).sqrt() + 0.05
        held = torch.cat([luma[:, :1]] * NEAR + [luma] + [luma[:, -1:]] * NEAR, dim=1)
        steps = held[:, 1:] - held[:, :-1]  # steps[i] = held[i + 1] - held[i]; frame k's own step is steps[k + NEAR - 1]
        x = torch.stack([(luma - luma.mean((2, 3), keepdim=True)) / deviation]
                        + [4 * steps[:, i : i + n] / deviation for i in range(2 * NEAR)], dim=2).flatten(0, 1)
        for conv in self.conv:
            x = F.gelu(conv(x), approximate="tanh")
        x = F.gelu(self.project(x.flatten(1)), approximate="tanh").view(b, n, WIDTH)
        for conv, (back, ahead) in zip(self.temporal, TEMPORAL):
            y = conv(F.pad(x.transpose(1, 2), (back, ahead))).transpose(1, 2)
            x = x + F.gelu(y, approximate="tanh")
        return x

    def raw_heads(self, trunk):
        """onset logit, offset, strength logit, pan (before tanh), energy logit, each [B, N]."""
        return dict(zip(HEADS, self.heads(trunk).unbind(-1)))

    def forward(self, luma):
        x = self.trunk(luma)
        h = self.raw_heads(x)
        p = torch.sigmoid(h["onset"])
        read = [2 * p, p * torch.tanh(h["offset"]), 2 * torch.sigmoid(h["strength"]) * p, 2 * p * torch.tanh(h["pan"]),
                2 * torch.sigmoid(h["energy"])]
        read = torch.stack(read, dim=-1)
        features = torch.tanh(self.features(x))
        zeros = features.new_zeros(*features.shape[:2], TOKEN - FEATURES - len(HEADS))
        return torch.cat([features, read, zeros], dim=-1)
