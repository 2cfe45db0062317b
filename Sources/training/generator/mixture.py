"""Adds sounds as energies and partials: band energies of independent sounds add up, and so do the parts of the stereo image."""

import numpy as np

from models.audio_codec import BANDS, FFT, FRAMES, REGIONS, band_matrices
from models.oscillators import part, responses
from models.partials import OFFSET, RANGE, SLOTS, amplitudes, louder, spread, thinned

REGION_SUMS = band_matrices()[2].numpy().T  # [BANDS, REGIONS]
RESPONSES = responses(band_matrices()[0].numpy(), FFT)
LOUDEST_BAND, LOUDEST = RESPONSES.argmax(1), RESPONSES.max(1)  # of a partial, by quarters of a semitone
MASKED = 0.02  # share of its band's energy below which a partial is left out


class Mixture:
    """A clip under construction: energies total [F, 64], left minus right and mid minus side [F, 6], partials [F / 4, SLOTS]."""

    def __init__(self, frames: int):
        self.total = np.zeros((frames, BANDS), np.float32)
        self.difference = np.zeros((frames, REGIONS), np.float32)
        self.cross = np.zeros((frames, REGIONS), np.float32)
        self.level = np.zeros((frames // FRAMES, SLOTS), np.float32)
        self.place = np.zeros((frames // FRAMES, SLOTS), np.float32)

    def add(self, sound, start: int, gain: float, position: float = 0.0):
        """Adds an excerpt (features.Excerpt) at frame `start` (may be negative), amplitude `gain`, panned by `position`, -1 (left) .. 1."""
        a, b = max(start, 0), min(start + len(sound.energy), len(self.total))
        if b <= a:
            return
        energy = sound.energy[a - start : b - start] * np.float32(gain * gain)
        image = sound.image[a - start : b - start]
        sums = energy @ REGION_SUMS
        pan, width = image[:, :REGIONS], image[:, REGIONS:]
        if position:
            # Constant-power pan of the centre: level difference sin, coherent part cos.
            angle = position * np.pi / 2
            pan, width = np.clip(pan - np.sin(angle), -1, 1), width * np.cos(angle)  # pan is left minus right
        self.total[a:b] += energy
        self.difference[a:b] += sums * pan
        self.cross[a:b] += sums * width
        self.add_partials(sound, start, gain)

    def add_partials(self, sound, start: int, gain: float):
        """The louder of two partials in a slot stays."""
        middle = (np.arange(len(self.level)) * FRAMES + FRAMES // 2 - start) // 2  # two frames per row of partials
        inside = np.flatnonzero((middle >= 0) & (middle < len(sound.level)))
        level = louder(sound.level[middle[inside]].astype(np.float32), gain)
        stays = (level > self.level[inside]) & (level > OFFSET / RANGE)
        self.level[inside] = np.where(stays, level, self.level[inside])
        self.place[inside] = np.where(stays, sound.place[middle[inside]], self.place[inside])

    def slots(self) -> np.ndarray:
        """Slots [F / 4, SLOTS] of the partials that other sounds do not mask."""
        amplitude = np.where(self.level > 0, amplitudes(self.level), 0)
        t, k = np.nonzero(amplitude)
        row = part(self.place[t, k])
        band = self.total.reshape(-1, FRAMES, BANDS).mean(1)[t, LOUDEST_BAND[row]]
        masked = amplitude[t, k] ** 2 * LOUDEST[row] < MASKED * band
        amplitude[t[masked], k[masked]] = 0
        return spread(thinned(amplitude, self.place), self.place)
