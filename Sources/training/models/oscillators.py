"""Partials to samples: oscillators whose phase goes on from latent to latent, kept within the band energies."""

import numpy as np

from models.partials import RATE, SLOTS, amplitudes, frequency, gather

FRAMES, HOP = 4, 512  # spectral frames per latent, samples per frame
PARTS = 4  # of a semitone in the table of responses
FADE = 2  # frames over which a new partial rises, up to the middle of its first latent
MARGIN = 2.0  # energy by which partials may exceed the decoded bands
TAKEN = 4.0  # times their energy that partials take from the noise: bands decode to within a few dB only
LEFT = 0.01  # of a band's energy that noise keeps at least
NEAR = 1.0  # semitones within which a partial goes on from one latent to the next
GOLDEN = 0.6180339887


def responses(analysis: np.ndarray, size: int) -> np.ndarray:
    """[SLOTS * PARTS, bands]: band energies of a sinusoid of amplitude 1 by position: the Hann window's transform.

    W(d) = sinc(d) / (1 - d^2) size / 2 at d bins from the sinusoid; analysis [bands, bins].
    """
    x = frequency(np.arange(SLOTS * PARTS) / PARTS) / RATE * size
    d = np.arange(analysis.shape[1])[None] - x[:, None]
    d = np.where(np.abs(np.abs(d) - 1) < 1e-6, d + 2e-6, d)
    transform = np.sinc(d) / (1 - d * d) * size / 2
    return ((transform / 2) ** 2 / (0.375 * size) @ analysis.T.astype(np.float64)).astype(np.float32)


def part(position):
    """Row of the table of responses."""
    return np.clip(np.round(position * PARTS), 0, SLOTS * PARTS - 1).astype(int)


class Oscillators:
    """One stream of partials, latent after latent."""

    def __init__(self, table: np.ndarray, regions: np.ndarray):
        """table: responses(); regions [bands]: region of each band."""
        self.table, self.regions = table, regions
        self.level = self.position = self.phase = self.gain = np.zeros(0)
        self.born = 0

    def follow(self, position):
        """For each new partial, the strongest first, the old one that it continues, or -1."""
        source = np.full(len(position), -1)
        for i, p in enumerate(position):
            if len(self.position):
                j = int(np.argmin(np.abs(self.position - p)))
                if abs(self.position[j] - p) < NEAR and j not in source:
                    source[i] = j
        return source

    def step(self, level, position, energy, pan):
        """Samples [2, 2048] from the middle of the previous latent to the middle of this one, whose partials are given.

        energy [4, bands] and pan [4, regions] are of the frames between. Also the partials' band energies [4, bands].
        """
        source = self.follow(position)
        kept, new = np.flatnonzero(source >= 0), np.flatnonzero(source < 0)
        gone = np.setdiff1d(np.arange(len(self.level)), source)
        old = source[kept]
        silent = np.zeros
        a0 = np.concatenate([amplitudes(self.level[old]), silent(len(new)), amplitudes(self.level[gone])])
        a1 = np.concatenate([amplitudes(level[kept]), amplitudes(level[new]), silent(len(gone))])
        p0 = np.concatenate([self.position[old], position[new], self.position[gone]])
        p1 = np.concatenate([position[kept], position[new], self.position[gone]])
        phase = np.concatenate([self.phase[old], (self.born + np.arange(len(new))) * GOLDEN % 1, self.phase[gone]])
        before = np.concatenate([self.gain[old], silent(len(new)), self.gain[gone]])
        self.born += len(new)

        points = np.arange(FRAMES + 1)[:, None]
        a = a0 + (a1 - a0) * points / FRAMES
        born = slice(len(kept), len(kept) + len(new))
        a[:, born] = a1[born] * np.clip((points - (FRAMES - FADE)) / FADE, 0, 1)
        p = p0 + (p1 - p0) * points / FRAMES
        turn = frequency(p) / RATE  # per sample
        rows = part((p[1:] + p[:-1]) / 2)
        gain, made = self.bound((a[1:] + a[:-1]) / 2, self.table[rows], energy)
        side = np.take_along_axis(pan, self.regions[self.table[rows].argmax(2)], 1).clip(-0.999, 0.999)

        out, ramp = np.zeros((2, FRAMES * HOP), np.float32), (np.arange(HOP) + 0.5) / HOP
        for f in range(FRAMES):
            # Where the bound rises, it rises within the frame that is louder, so that nothing sounds ahead of an attack.
            g0, g1 = np.minimum(before, gain[f]), np.minimum(gain[f], gain[min(f + 1, FRAMES - 1)])
            before = gain[f]
            level_now = (a[f] * g0)[:, None] * (1 - ramp) + (a[f + 1] * g1)[:, None] * ramp
            turns = phase[:, None] + HOP * (turn[f][:, None] * ramp + (turn[f + 1] - turn[f])[:, None] * ramp**2 / 2)
            y = level_now * np.sin(2 * np.pi * turns)
            out[0, f * HOP : (f + 1) * HOP] = np.sqrt((1 + side[f]) / 2) @ y
            out[1, f * HOP : (f + 1) * HOP] = np.sqrt((1 - side[f]) / 2) @ y
            phase = (phase + (turn[f] + turn[f + 1]) / 2 * HOP) % 1
        back = np.argsort(np.concatenate([kept, new]))
        self.level, self.position = level, position
        self.phase, self.gain = phase[: len(back)][back], before[: len(back)][back]
        return out, made

    @staticmethod
    def bound(amplitude, response, energy):
        """Factors [4, P] that keep partials within MARGIN of the energies [4, bands], and the energies that they then make."""
        power = amplitude**2
        made = np.einsum("fp,fpb->fb", power, response)
        share = np.einsum("fpb,fb->fp", response, energy) / (np.einsum("fpb,fb->fp", response, made) + 1e-12)
        gain = np.minimum(1, np.sqrt(MARGIN * share))
        return gain, np.einsum("fp,fpb->fb", power * gain**2, response)


def render(slots: np.ndarray, energy: np.ndarray, pan: np.ndarray, table: np.ndarray, regions: np.ndarray):
    """slots [T, SLOTS], energies [4 T, bands], pan [4 T, regions] -> samples [2, 2048 T], band energies made [4 T, bands]."""
    stream, half = Oscillators(table, regions), FRAMES // 2
    around = lambda x: np.pad(x, ((half, half), (0, 0)))
    energy, pan, nothing = around(energy), around(pan), (np.zeros(0), np.zeros(0))
    parts = [stream.step(*partials, energy[FRAMES * t : FRAMES * (t + 1)], pan[FRAMES * t : FRAMES * (t + 1)])
             for t, partials in enumerate(gather(slots) + [nothing])]
    samples, made = np.concatenate([y for y, _ in parts], 1), np.concatenate([m for _, m in parts])
    return samples[:, half * HOP : -half * HOP], made[half:-half].astype(np.float32)
