"""Adds sounds as energies: band energies of independent sounds add up, and so do the parts of the stereo image."""

import numpy as np

from models.audio_codec import BANDS, REGIONS, band_matrices

REGION_SUMS = band_matrices()[2].numpy().T  # [BANDS, REGIONS]


class Mixture:
    """Energies of a clip under construction: total [F, 64], left minus right and mid minus side [F, 6]."""

    def __init__(self, frames: int):
        self.total = np.zeros((frames, BANDS), np.float32)
        self.difference = np.zeros((frames, REGIONS), np.float32)
        self.cross = np.zeros((frames, REGIONS), np.float32)

    def add(self, energy, image, start: int, gain: float, position: float = 0.0):
        """Adds a sound at frame `start` (may be negative), amplitude `gain`, panned by `position` in -1..1."""
        a, b = max(start, 0), min(start + len(energy), len(self.total))
        if b <= a:
            return
        energy = energy[a - start : b - start] * np.float32(gain * gain)
        image = image[a - start : b - start]
        sums = energy @ REGION_SUMS
        pan, width = image[:, :REGIONS], image[:, REGIONS:]
        if position:
            # Constant-power pan of the centre: level difference sin, coherent part cos.
            angle = position * np.pi / 2
            pan, width = np.clip(pan + np.sin(angle), -1, 1), width * np.cos(angle)
        self.total[a:b] += energy
        self.difference[a:b] += sums * pan
        self.cross[a:b] += sums * width
