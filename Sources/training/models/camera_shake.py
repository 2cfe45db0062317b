"""Takes a shaking camera out of the change from one luma frame to the next.

The shift between two frames is the one of whole pixels with the least mean of min(|difference|, DOUBT), refined by parabolas through
its neighbours. What moves within the picture is an outlier to that mean. A camera that shakes stays about its place: the path
of the shifts, which forgets FORGETS of itself each picture, leaves the bounds of REACH pixels when the camera pans or when a thing that
is alone in the picture is followed, and then nothing is moved.
"""

import torch
import torch.nn.functional as F

REACH = 4  # pixels of 64, the bound of a shift and of the path
DOUBT = 0.5  # standard deviations of the picture that a pixel's difference counts at most
WORTH = 0.9  # of the unshifted difference, below which a shift's must come
FORGETS = 0.1
PIECE = 32  # frames that are compared at a time, which stay in the cache


def differences(now, before):
    """Mean bounded differences of now and before [M, S, S] at all shifts of before -> [M, 2 REACH + 1, 2 REACH + 1], y first."""
    side, shifts = now.shape[-1], range(-REACH, REACH + 1)
    inner, left = now[:, REACH : side - REACH, REACH : side - REACH].contiguous(), torch.empty(0)
    out = torch.empty(len(now), len(shifts), len(shifts))
    for i, y in enumerate(shifts):
        for j, x in enumerate(shifts):
            left = torch.sub(inner, before[:, REACH - y : side - REACH - y, REACH - x : side - REACH - x], out=left)
            out[:, i, j] = left.abs_().clamp_(max=DOUBT).mean((1, 2))
    return out


def vertex(before, here, after):
    """Where the parabola through values at -1, 0 and 1, the least in the middle, is least: -0.5..0.5."""
    return ((before - after) / (2 * (before + after - 2 * here)).clamp(min=1e-6)).clamp(-0.5, 0.5)


def shifts(now, before):
    """Of now against before, both [M, 64, 64] in standard deviations: (y, x) [M] in pixels, zero where a shift explains little."""
    blur = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])[None, None] / 16
    soft = lambda x: F.conv2d(F.pad(x[:, None], (1, 1, 1, 1), mode="replicate"), blur)[:, 0]
    pieces = zip(soft(now).split(PIECE), soft(before).split(PIECE))
    costs = torch.cat([differences(*piece) for piece in pieces])
    least, side = costs.flatten(1).argmin(1), costs.shape[1]
    i, j, each = least // side, least % side, torch.arange(len(costs))
    at = lambda a, b: costs[each, (i + a).clamp(0, side - 1), (j + b).clamp(0, side - 1)]
    worth = at(0, 0) < WORTH * costs[:, REACH, REACH]
    y = i - REACH + vertex(at(-1, 0), at(0, 0), at(1, 0)) * (i % (side - 1) != 0)
    x = j - REACH + vertex(at(0, -1), at(0, 0), at(0, 1)) * (j % (side - 1) != 0)
    return y * worth, x * worth


def moved(frames, y, x):
    """[M, 64, 64] moved by (y, x) [M] pixels, bilinear, edges held."""
    side = frames.shape[-1]
    at = torch.arange(side, dtype=torch.float32)
    grid = torch.stack(torch.broadcast_tensors(at[None, None] - x[:, None, None], at[None, :, None] - y[:, None, None]), -1)
    return F.grid_sample(frames[:, None], (2 * grid + 1) / side - 1, padding_mode="border", align_corners=False)[:, 0]


def steadied(luma, deviation):
    """The frame before each of luma [B, N, 64, 64], as the camera of the frame after it would have taken it [B, N, 64, 64].

    deviation [B, N, 1, 1] of each frame, by which differences are measured."""
    b, n = luma.shape[:2]
    before = torch.cat([luma[:, :1], luma[:, :-1]], 1)
    new = (luma != before).flatten(2).any(2)
    y, x = torch.zeros(2, b, n)
    if new.any():
        y[new], x[new] = shifts((luma / deviation)[new], (before / deviation)[new])
    path, steady = torch.zeros(2, b), torch.zeros(b, n, dtype=torch.bool)
    for k in range(n):
        path = torch.where(new[:, k], (1 - FORGETS) * path + torch.stack([y[:, k], x[:, k]]), path)
        steady[:, k] = path.abs().amax(0) <= REACH
    which = steady & ((y != 0) | (x != 0))
    if which.any():
        before[which] = moved(before[which], y[which], x[which])
    return before
