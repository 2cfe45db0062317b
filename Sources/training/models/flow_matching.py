"""Flow matching (Lipman et al. 2022; Liu et al. 2022): x_t = (1 - t) noise + t data, velocity = data - noise."""

import torch

from models.audio_codec import ENVELOPE

LEAST_LEFT = 0.05  # of the flow time, by which a predicted change is divided


def interpolate(noise, data, t):
    """x_t for t [B] broadcast over [B, N, C]."""
    t = t.view(-1, 1, 1)
    return (1 - t) * noise + t * data


def guided(velocity_condition, velocity_null, scale, x, t, rescale: float = 1.0, chunk=1.0, steady: bool = False):
    """Classifier-free guidance (Ho & Salimans 2022): v_condition + (scale - 1) (v_condition - v_null); x and velocities [B, N, C], scale and
    flow time t numbers or [B, 1, 1].

    `rescale` (Lin et al. 2023) of the way, the data that it predicts, x + (1 - t) v, gets the norm of what the conditional branch
    predicts: otherwise guidance makes everything loud. Where it is `steady`, the change has no mean over N in any of the envelope's
    numbers: where a sound goes on, it would add up from chunk to chunk.
    """
    change = (scale - 1) * (velocity_condition - velocity_null)
    if steady:
        envelope, partials = change.split([ENVELOPE, change.shape[-1] - ENVELOPE], dim=-1)
        change = torch.cat([envelope - envelope.mean(1, keepdim=True), partials], dim=-1)
    v = velocity_condition + change
    left = (1 - torch.as_tensor(t)).clamp(min=LEAST_LEFT)
    wanted, data = x + left * velocity_condition, x + left * v
    factor = (wanted * chunk).flatten(1).norm(dim=1) / (data * chunk).flatten(1).norm(dim=1).clamp(min=1e-6)
    return (data * (1 + rescale * (factor.view(-1, 1, 1) - 1)) - x) / left


def step_times(steps: int, shift: float = 1.0) -> list[float]:
    """steps + 1 times from 0 to 1: u / (u + shift (1 - u)) for uniform u; shift > 1 spends more steps near the noise."""
    return [i / steps / (i / steps + shift * (1 - i / steps)) for i in range(steps + 1)]


def continued(network, past, x, motion, conditions, null, times, scale: float, rescale: float, steady: bool = False):
    """Latents of a chunk after clean latents past [B, m, C] from noise x [B, n, C], as the engine does it: by the two-step Adams-Bashforth
    method, x += dt (v + dt / (2 dt') (v - v')), the last step by Euler's.

    motion [B, m + n, 5]; conditions and null: (visual, prompt, text, text_mask), null without motion, used unless scale is 1; None where
    guidance is built into the network.
    """
    kept = past.shape[1]
    context = (torch.arange(kept + x.shape[1]) < kept)[None].expand(len(x), -1)
    last, before = 0.0, 0.0
    for now, then in zip(times[:-1], times[1:]):
        whole, t = torch.cat([past, x], 1), torch.full((len(x),), now)
        built_in = torch.full((len(x),), float(scale)) if null is None else None
        v = network(whole, t, context, motion, *conditions, built_in)[:, kept:]
        if scale != 1 and null is not None:
            v = guided(v, network(whole, t, context, motion * 0, *null)[:, kept:], scale, x, now, rescale, steady=steady)
        bend = (then - now) / (2 * (now - before)) if 0 < now and then < 1 else 0.0
        x = x + (then - now) * (v + bend * (v - last))
        last, before = v, now
    return x
