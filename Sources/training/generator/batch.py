"""Clips -> tensors of a training batch, with conditions dropped at random."""

import numpy as np
import torch

from models.audio_codec import SpectralEncoder


class Batcher:
    """Makes batches of latents and conditions from composed clips."""

    def __init__(self, composer, encoder: SpectralEncoder, size: int):
        self.composer, self.encoder, self.size = composer, encoder, size

    def __call__(self, rng: np.random.Generator) -> dict:
        clips = [self.composer.clip(rng) for _ in range(self.size)]
        tensor = lambda name: torch.from_numpy(np.stack([getattr(c, name) for c in clips]))
        envelope = self.encoder.project(*self.encoder.features(tensor("total"), tensor("difference"), tensor("cross")))
        latents = torch.cat([envelope, tensor("slots")], dim=-1)
        length = max(len(c.text) for c in clips)
        text = torch.zeros(self.size, length, 384)
        mask = torch.zeros(self.size, length, dtype=torch.bool)
        for i, c in enumerate(clips):
            text[i, : len(c.text)] = torch.from_numpy(c.text)
            mask[i, : len(c.text)] = True
        motion, prompt, visual = tensor("motion"), tensor("prompt"), tensor("visual")
        # Which conditions a clip keeps: all, prompt only, picture only, motion with prompt, motion with visual, none...
        keep_prompt = torch.from_numpy(rng.random(self.size) < 0.68)
        keep_visual = torch.from_numpy(rng.random(self.size) < np.where(keep_prompt, 0.35, 0.72))
        keep_motion = torch.from_numpy(rng.random(self.size) < np.where(keep_prompt | keep_visual, 0.88, 0.5))
        return {
            "latents": latents,
            "motion": motion * keep_motion[:, None, None],
            "prompt": (prompt * keep_prompt[:, None]).float(),
            "visual": (visual * keep_visual[:, None]).float(),
            "text": text,
            "text_mask": mask & keep_prompt[:, None],
        }
