"""When and where something happens: luma frames on the latent grid -> one token per latent.

Each frame is reduced to statistics of its change since the frame before, from which a shaking camera's part is taken
(camera_shake.py), on an 8 x 8 grid at three scales: energy of change and of gradients and the motion that explains them (the normal
equations of Lucas & Kanade 1981). They depend little on whether a thing is drawn, filled or photographed. A small network over the grid
and causal-but-a-little convolutions over time follow.

Of slow video changes are spread and onsets gathered (slow_video.py).

Looks LOOK_AHEAD frames ahead and LOOK_BACK back, so tokens of frames [a, b) follow from frames [a - LOOK_BACK, b + LOOK_AHEAD)
and from how slow the video is.
Before the first frame pictures are held; features of the temporal part are zero outside.
"""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from models.camera_shake import steadied
from models.slow_video import gathered, new_pictures, spread

SCALES = (1, 2, 4)  # side of the square of pixels that is averaged first
GRID = 8
STATISTICS = 5
CHANNELS = (48, 64)
WIDTH = 128
HEADS = ("onset", "offset", "strength", "pan", "energy")
TOKEN = len(HEADS)
# Temporal convolutions as (frames back, frames ahead): kernels of 1 + back + ahead.
TEMPORAL = ((3, 1), (3, 1), (3, 1), (3, 1))
LOOK_AHEAD = sum(ahead for _, ahead in TEMPORAL)
LOOK_BACK = 1 + sum(back for back, _ in TEMPORAL)


def motion_statistics(luma: torch.Tensor) -> torch.Tensor:
    """[B, N, 64, 64] luma in 0..1 -> [B, N, 15, 8, 8]; per scale: log energy of change, log energy of gradients, velocity in
    pixels per latent along x and y, mean change; each brought to about -3..3."""
    b, n, side, _ = luma.shape
    over, source = (torch.from_numpy(np.stack(x)) for x in zip(*(spread(new_pictures(clip))[:2] for clip in luma.numpy())))
    deviation = luma.var((2, 3), correction=0, keepdim=True).sqrt() + 0.05
    before = steadied(luma, deviation)
    now, before = ((x / deviation).flatten(0, 1)[:, None] for x in (luma, before))
    out = []
    for scale in SCALES:
        p, q = (F.avg_pool2d(x, scale) if scale > 1 else x for x in (now, before))
        change, held = (p - q) / over.view(-1, 1, 1, 1), F.pad((p + q) / 2, (1, 1, 1, 1), mode="replicate")
        dx = (held[:, :, 1:-1, 2:] - held[:, :, 1:-1, :-2]) / 2
        dy = (held[:, :, 2:, 1:-1] - held[:, :, :-2, 1:-1]) / 2
        products = torch.cat([change * change, dx * dx + dy * dy, dx * change, dy * change, change], dim=1)
        energy, gradient, x, y, mean = F.avg_pool2d(products, side // scale // GRID).unbind(1)
        out += [(torch.log(energy + 1e-4) + 5) / 3, (torch.log(gradient + 1e-4) + 4) / 3,
                (-x / (gradient + 0.01)).clamp(-3, 3), (-y / (gradient + 0.01)).clamp(-3, 3), (4 * mean).clamp(-3, 3)]
    return torch.stack(out, dim=1).view(b, n, -1, GRID, GRID)[torch.arange(b)[:, None], source]


class MotionEncoder(nn.Module):
    """[B, N, 64, 64] luma in 0..1 -> tokens [B, N, 5], see `token`."""

    def __init__(self):
        super().__init__()
        self.conv = nn.ModuleList((nn.Conv2d(STATISTICS * len(SCALES), CHANNELS[0], 3, padding=1),
                                   nn.Conv2d(CHANNELS[0], CHANNELS[1], 3, stride=2, padding=1)))
        self.project = nn.Linear(CHANNELS[1] * (GRID // 2) ** 2, WIDTH)
        self.temporal = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 1 + back + ahead) for back, ahead in TEMPORAL)
        self.heads = nn.Linear(WIDTH, len(HEADS))
        for layer in (*self.conv, self.project, *self.temporal):  # keep the signal's scale through the stack
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def trunk(self, statistics, dropped: float = 0.0):
        """[B, N, 15, 8, 8] -> [B, N, WIDTH]; in training a share of the features may be withheld."""
        b, n = statistics.shape[:2]
        x = statistics.flatten(0, 1)
        for conv in self.conv:
            x = F.gelu(conv(x), approximate="tanh")
        x = F.gelu(self.project(F.dropout(x.flatten(1), dropped)), approximate="tanh").view(b, n, WIDTH)
        for conv, (back, ahead) in zip(self.temporal, TEMPORAL):
            y = conv(F.pad(F.dropout(x, dropped).transpose(1, 2), (back, ahead))).transpose(1, 2)
            x = x + F.gelu(y, approximate="tanh")
        return x

    def raw_heads(self, trunk):
        """onset logit, offset, strength logit, pan (before tanh), energy logit, each [B, N]."""
        return dict(zip(HEADS, self.heads(trunk).unbind(-1)))

    def tokens(self, statistics):
        """[B, N, 15, 8, 8] -> [B, N, 5]."""
        h = self.raw_heads(self.trunk(statistics))
        return token(torch.sigmoid(h["onset"]), torch.tanh(h["offset"]), torch.sigmoid(h["strength"]), torch.tanh(h["pan"]),
                     torch.sigmoid(h["energy"]))

    def told(self, statistics, changed):
        """[B, N, 15, 8, 8] and which latents bring a new picture, an array [B, N] -> tokens [B, N, 5] with every onset of slow video told
        once."""
        pairs = zip(self.tokens(statistics).detach().numpy(), changed)
        return torch.from_numpy(np.stack([gathered(tokens, spread(new)[2]) for tokens, new in pairs]))

    def forward(self, luma):
        return self.told(motion_statistics(luma), [new_pictures(clip) for clip in luma.numpy()])


def token(onset, offset, strength, pan, energy):
    """[..., 5] from the onset's probability, its offset from the frame's middle in latents, strength and energy of motion in
    0..1 and pan in -1..1: what follows from an onset counts as far as there is one."""
    return torch.stack([2 * onset, onset * offset, 2 * strength * onset, 2 * onset * pan, 2 * energy], dim=-1)
