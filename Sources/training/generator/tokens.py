"""Motion tokens as the motion encoder would give them for known events: the generator learns timing before, and besides,
the encoder's own tokens of rendered scenes."""

import numpy as np
import torch

from models.audio_codec import LATENT_RATE
from models.motion_encoder import token


def simulated(rng: np.random.Generator, events, latents: int) -> np.ndarray:
    """[latents, 5] for (time s, strength, pan) events, with the encoder's weaknesses: unsure, missed and false onsets."""
    onset = np.abs(rng.normal(0, 0.02, latents))
    offset, strength, pan = rng.uniform(-0.3, 0.3, latents), rng.uniform(0.2, 0.7, latents), rng.normal(0, 0.2, latents)
    energy = np.full(latents, rng.uniform(0, 0.6)) + rng.normal(0, 0.05, latents)

    def mark(position: float, confidence: float, s: float, p: float):
        k = int(np.floor(position))
        for i, share in ((k - 1, rng.uniform(0, 0.5)), (k, 1.0), (k + 1, rng.uniform(0, 0.5))):
            if 0 <= i < latents and confidence * share > onset[i]:
                onset[i] = confidence * share
                offset[i] = np.clip(position - i - 0.5, -1, 1) * rng.uniform(0.5, 1) + rng.normal(0, 0.05)
                strength[i], pan[i] = s + rng.normal(0, 0.1), p + rng.normal(0, 0.1)
        energy[max(0, k - 3) : max(0, k + 2)] += rng.uniform(0, 0.4)

    sure = rng.uniform(0.4, 1.0)  # how clear this clip's picture is
    for time, s, p in events:
        if rng.random() > 0.04:
            mark(time * LATENT_RATE + rng.normal(0, 0.15), min(0.98, sure * rng.uniform(0.7, 1.1)), s, p)
    for _ in range(rng.poisson(0.15 * latents / LATENT_RATE)):
        mark(rng.uniform(0, latents), rng.uniform(0.05, 0.5), rng.uniform(0.2, 0.8), rng.uniform(-0.6, 0.6))
    strength, energy, pan = np.clip(strength, 0, 1), np.clip(energy, 0, 1), np.clip(pan, -1, 1)
    return token(*(torch.from_numpy(x) for x in (onset, offset, strength, pan, energy))).float().numpy()
