"""Recordings through the codec alone: what of a class survives before the generator has a say."""

from pathlib import Path

import numpy as np
import torch

from export import restore
from models.audio_codec import BINS, FRAMES, LATENT_HOP, AudioDecoder, SpectralEncoder
from models.partials import slots_of

MODEL = Path(__file__).resolve().parents[2] / "V2AEngine/Resources/v2a-small"


class RoundTrip:
    """Analysis and synthesis of an exported model; the transform is stored with the decoder."""

    def __init__(self, model: Path = MODEL):
        stored = restore(model / "audio_decoder.safetensors")
        self.encoder, self.decoder = SpectralEncoder().eval(), AudioDecoder().eval()
        self.encoder.load_state_dict({k: stored[k] for k in self.encoder.state_dict()})
        self.decoder.load_state_dict(stored)

    @torch.no_grad()
    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """[n, channels] at 48 kHz -> [n, 2]."""
        stereo = np.repeat(samples, 2, 1) if samples.shape[1] == 1 else samples
        padded = np.zeros((1, 2, (len(stereo) // LATENT_HOP + 3) * LATENT_HOP), np.float32)
        padded[0, :, : len(stereo)] = stereo.T
        envelope = self.encoder(torch.from_numpy(padded))
        slots = slots_of(padded[0], LATENT_HOP)
        latents = torch.cat([envelope, torch.from_numpy(slots)[None, : envelope.shape[1]]], dim=-1)
        return self.decoded(latents)[: len(stereo)]

    @torch.no_grad()
    def decoded(self, latents: torch.Tensor) -> np.ndarray:
        """[1, N, LATENT] -> [n, 2]."""
        noise = torch.randn(1, FRAMES * latents.shape[1], 2, BINS, 2, generator=torch.Generator().manual_seed(0))
        return self.decoder(latents, noise)[0].T.numpy()
