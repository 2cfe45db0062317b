"""Clips -> tensors of a training batch, with conditions dropped at random."""

import numpy as np
import torch

from generator.composer import BLOWS
from models.audio_codec import SpectralEncoder

MOTION_ALONE = 0.5, 0.9, 0.1  # chance that clips without prompt and picture keep their motion: of NOTHING, BLOWS and OTHERS


def latents(encoder: SpectralEncoder, total, difference, cross, slots) -> torch.Tensor:
    """[B, N, LATENT] of mixtures' energies and partials, see Mixture."""
    return torch.cat([encoder.project(*encoder.features(total, difference, cross)), slots], dim=-1)


def composed(composer, encoder: SpectralEncoder, size: int, rng: np.random.Generator) -> dict:
    """`size` new clips: latents [B, N, LATENT], motion [B, N, 5], visual [B, 384], sentence and events [B]."""
    clips = [composer.clip(rng) for _ in range(size)]
    tensor = lambda name: torch.from_numpy(np.stack([getattr(c, name) for c in clips]))
    return {"latents": latents(encoder, *map(tensor, ("total", "difference", "cross", "slots"))), "motion": tensor("motion"),
            "visual": tensor("visual").float(), "sentence": torch.tensor([c.sentence for c in clips]), "events": torch.tensor([c.events for c in clips])}


def conditioned(clips: dict, prompt: torch.Tensor, text: torch.Tensor, mask: torch.Tensor, generator: torch.Generator) -> dict:
    """A training batch of clips and their sentences (prompt [B, 384], states [B, L, 384], mask [B, L]), of which each clip keeps some at
    random: all, prompt only, picture only, motion with prompt, none... Where nothing is known but motion, it is mostly that of blows."""
    chance = torch.rand(3, len(prompt), generator=generator, device=generator.device)
    blows = clips["events"] == BLOWS
    has_prompt = chance[0] < torch.where(blows, 0.5, 0.68)
    has_visual = chance[1] < torch.where(has_prompt, 0.35, torch.where(blows, 0.4, 0.72))
    alone = torch.tensor(MOTION_ALONE, device=chance.device)[clips["events"]]
    has_motion = chance[2] < torch.where(has_prompt | has_visual, 0.88, alone)
    return {
        "latents": clips["latents"].float(),
        "motion": clips["motion"].float() * has_motion[:, None, None],
        "prompt": prompt * has_prompt[:, None],
        "visual": clips["visual"].float() * has_visual[:, None],
        "text": text.float(),
        "text_mask": mask & has_prompt[:, None],
    }


class Batcher:
    """Makes batches of latents and conditions from clips that are composed for each."""

    def __init__(self, composer, encoder: SpectralEncoder, size: int):
        self.composer, self.encoder, self.size = composer, encoder, size

    def __call__(self, rng: np.random.Generator) -> dict:
        clips = composed(self.composer, self.encoder, self.size, rng)
        sentence, chance = clips["sentence"].numpy(), torch.Generator().manual_seed(int(rng.integers(2**31)))
        return conditioned(clips, self.composer.sentences.prompts(sentence), *self.composer.sentences.padded(sentence), chance)
