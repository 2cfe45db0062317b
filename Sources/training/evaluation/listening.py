"""What the fine judges measure in a sound: its picture at three resolutions, numbers about it, and what a network trained on photographs sees in it.

EfficientNet-Lite0 has never heard anything, yet it sees edges and textures of spectrograms: with packages held out within the split `judge`, a
linear discriminant gets 0.38 of 28 classes right by it, 0.33 by the numbers, 0.39 by both and 0.42 with the closer view.
"""

import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import librosa
import numpy as np
import torch
import torch.nn.functional as F
from scipy.fft import dct

from evaluation.channels import mono
from evaluation.roundtrip import MODEL
from export import restore
from models.frame_encoder import FrameEncoder

RATE, BANDS, FRAMES, FLOOR = 48_000, 128, 150, -80.0
PARTS = {4: 2, 10: 4}  # blocks whose output is kept beside the head's, and in how many parts of the spectrum
REGIONS = 8  # of the spectrum, where a number is wanted for each


@dataclass(frozen=True)
class View:
    """How closely a sound is looked at: samples between frames, and windows, of which short ones show when, long ones which pitch."""

    hop: int
    windows: tuple[int, int, int]


WIDE = View(960, (1024, 2048, 4096))  # pieces of 3 s
CLOSE = View(320, (512, 1024, 2048))  # the second about the strongest onset


@cache
def bank(window: int) -> np.ndarray:
    """Mel filters [BANDS, bins]; the lowest of short windows hold no bin and stay empty."""
    with warnings.catch_warnings(action="ignore"):
        return librosa.filters.mel(sr=RATE, n_fft=window, n_mels=BANDS, fmin=40, fmax=16_000).astype(np.float32)


def picture(samples: np.ndarray, view: View) -> np.ndarray:
    """[n] or [n, channels] at 48 kHz -> dB below the loudest [3, BANDS, frames]."""
    heard = mono(samples)
    longest = view.windows[-1] // 2
    padded = np.pad(heard, (longest, longest + view.hop))
    starts, layers = np.arange(len(heard) // view.hop + 1)[:, None] * view.hop, []
    for window in view.windows:
        taper = np.hanning(window + 1)[:-1].astype(np.float32)
        frames = padded[longest - window // 2 + starts + np.arange(window)] * taper
        energy = np.abs(np.fft.rfft(frames, axis=1)).astype(np.float32) ** 2 / (taper**2).sum()
        layers.append(10 * np.log10(energy @ bank(window).T + 1e-9).T)
    out = np.stack(layers)
    return np.maximum(out - out.max(), FLOOR).astype(np.float16)


def about_onset(samples: np.ndarray) -> np.ndarray:
    """The second that begins 0.09 s before the strongest onset: the largest rise in 20 ms, louder ones preferred; with silence if need be."""
    heard = samples.mean(1) if samples.ndim == 2 else samples
    energy = np.convolve(heard**2, np.ones(480) / 480, "same")[::240]
    level = 10 * np.log10(energy + energy.max() * 1e-4 + 1e-12)
    rise = level - np.concatenate([np.full(4, level.min()), level[:-4]])[: len(level)]
    lead = RATE * 87 // 1000
    first = int(np.argmax(rise + 0.5 * level)) * 240
    part = np.pad(heard, (lead, 0))[first : first + CLOSE.hop * (FRAMES - 1)]
    return np.pad(part, (0, CLOSE.hop * (FRAMES - 1) - len(part)))


def pieces(heard: np.ndarray, most: int = 3) -> list[np.ndarray]:
    """The first pieces of a picture, each beginning 2 s after the one before, 0 dB at the loudest of each; a short sound is one short piece."""
    starts = range(0, max(1, heard.shape[2] - FRAMES + 1), FRAMES * 2 // 3)
    return [x - x.max() for x in (heard[:, :, s : s + FRAMES].astype(np.float32) for s in starts[:most])]


def augmented(heard: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A piece from somewhere: other pitch, speed, tilt and bumps of the spectrum, band limit, noise behind it, perhaps repeated."""
    first = int(rng.integers(0, max(1, heard.shape[2] - FRAMES + 1)))
    x, bands = heard[:, :, first : first + FRAMES].astype(np.float32), np.arange(BANDS)
    shift = int(rng.integers(-5, 6))
    x = x[:, np.clip(bands - shift, 0, BANDS - 1)] - 3 * np.abs(np.clip(bands - shift, 0, BANDS - 1) - (bands - shift))[None, :, None]
    speed = np.exp(rng.normal(0, 0.12))
    x = x[:, :, np.minimum((np.arange(max(1, int(x.shape[2] * speed))) / speed).astype(int), x.shape[2] - 1)][:, :, :FRAMES]
    x = x + (rng.normal(0, 4) * (2 * bands / BANDS - 1) + np.interp(bands, np.linspace(0, BANDS, 6), rng.normal(0, 2.5, 6)))[None, :, None]
    if rng.random() < 0.3:
        x[:, int(rng.integers(BANDS * 7 // 10, BANDS)) :] -= 40
    x, noise = x - x.max(), rng.uniform(FLOOR, -40)
    x = 10 * np.log10(10 ** (x / 10) + 10 ** ((noise + rng.normal(0, 2, x.shape)) / 10))
    if rng.random() < 0.3 and x.shape[2] < FRAMES // 2:  # as steps, shots and barks are
        gap = int(rng.integers(x.shape[2], FRAMES))
        out = np.full((3, BANDS, FRAMES), noise)
        for start in range(0, FRAMES - x.shape[2], gap):
            out[:, :, start : start + x.shape[2]] = x - rng.uniform(0, 6)
        x = out
    return np.maximum(x - x.max(), FLOOR).astype(np.float32)


def smooth(x: np.ndarray) -> np.ndarray:
    """Mean over nine bands."""
    total = np.cumsum(np.pad(x, ((5, 4), (0, 0)), "edge"), 0)
    return (total[9:] - total[:-9])[:BANDS] / 9


def of_spectrum(x: np.ndarray) -> list:
    """Timbre of [3, BANDS, n]: cepstrum, bands, how peaked in each resolution, regularity of the peaks, transients."""
    cepstrum = dct(x[1], axis=0, norm="ortho")[:32] / 10
    change = np.abs(np.diff(cepstrum, axis=1)).mean(1) if x.shape[2] > 1 else np.zeros(32)
    wide = x[1].reshape(32, 4, -1).mean(1)
    out = [cepstrum.mean(1), cepstrum.std(1), change[:20], wide.mean(1) / 10, np.percentile(wide, 90, axis=1) / 10, wide.std(1) / 10]
    peaks = [layer - smooth(layer) for layer in x]
    out += [p.reshape(REGIONS, BANDS // REGIONS, -1).std(1).mean(1) / 5 for p in peaks]
    fine, power = peaks[2], (peaks[2] ** 2).sum() + 1e-6
    mean = fine.mean(1)
    comb = np.correlate(mean, mean, "full")[BANDS : BANDS + 48] / (mean @ mean + 1e-6)
    lasting = [(fine[:, lag:] * fine[:, :-lag]).sum() / power for lag in (1, 8)]
    out += [[mean.std(), fine.std()], dct(comb, norm="ortho")[:16], lasting]
    return out + [(x[0] - x[2]).reshape(REGIONS, BANDS // REGIONS, -1).std((1, 2)) / 5]


def of_time(x: np.ndarray, loud: np.ndarray) -> list:
    """How [3, BANDS, n] comes and goes: length, attacks, decay by band, spectrum of the modulation."""
    level = 10 * np.log10((10 ** (x[0] / 10)).sum(0) + 1e-9)
    level, n = level - level.max(), len(level)
    first = int(np.argmax(level))
    steps = np.diff(level, prepend=level[0])
    ranked = np.sort(np.concatenate([steps, np.zeros(8)]))
    out = [[loud.sum() / 50, loud.mean(), *((level > bound).mean() for bound in (-10, -20, -30)), first / 50, np.log1p(loud.sum())]]
    out += [ranked[-4:] / 10, ranked[:4] / 10, [np.abs(steps).mean() / 3, (steps > 6).sum() / 5]]
    after = np.pad(level[first : first + 50], (0, max(0, first + 50 - n)), constant_values=-60)
    wide = x[0].reshape(4, BANDS // 4, -1).mean(1)
    decay = np.pad(wide[:, first : first + 30], ((0, 0), (0, max(0, first + 30 - n))), constant_values=FLOOR)
    out += [after[[2, 4, 8, 14, 24, 40]] / 20, (decay[:, [5, 15, 28]] - decay[:, :1]) / 20]
    wide = np.pad(np.maximum(wide, -60), ((0, 0), (0, max(0, FRAMES - n))), constant_values=-60)
    wide = (wide - wide.mean(1, keepdims=True)) * np.hanning(wide.shape[1])
    spectrum, rate = np.abs(np.fft.rfft(wide, axis=1)) / wide.shape[1] ** 0.5, np.fft.rfftfreq(wide.shape[1], 1 / 50)
    edges = (0.3, 1, 2, 3, 4.5, 6.5, 9, 13, 18, 25.1)
    return out + [np.log(np.stack([spectrum[:, (rate >= a) & (rate < b)].mean(1) for a, b in zip(edges, edges[1:])]) + 0.3)]


def statistics(piece: np.ndarray) -> np.ndarray:
    """Some 300 numbers of a piece; what is 50 dB below its loudest does not count for timbre."""
    loud = piece[1].max(0) > piece[1].max() - 50
    return np.nan_to_num(np.concatenate([np.ravel(v) for v in of_spectrum(piece[:, :, loud]) + of_time(piece, loud)]).astype(np.float32))


class Eye:
    """EfficientNet-Lite0 of the exported model, shown pieces as pictures whose three colours are the three resolutions."""

    WIDTH = 2 * 40 + 5 * 112 + 1280

    def __init__(self, model: Path = MODEL):
        self.network = FrameEncoder().eval().to(memory_format=torch.channels_last)
        self.network.load_state_dict(restore(model / "frame_encoder.safetensors"))

    @torch.no_grad()
    def __call__(self, piece: np.ndarray) -> np.ndarray:
        """[WIDTH]: means over time, loud frames counting more, in parts of the spectrum; of one stage maxima too."""
        shown = np.pad(piece, ((0, 0), (0, 0), (0, max(0, FRAMES - piece.shape[2]))), constant_values=FLOOR)
        weight = torch.from_numpy(np.clip((shown[1].max(0) + 60) / 60, 0, 1).astype(np.float32))[None, None]

        def over_time(x):
            share = F.adaptive_avg_pool1d(weight, x.shape[3])
            return (x * share[0, 0]).sum(3) / (share.sum() + 1e-6)

        x, out = torch.from_numpy(np.ascontiguousarray(shown[:, ::-1], np.float32))[None] / 40 + 1, []
        x = F.relu6(self.network.stem(x.contiguous(memory_format=torch.channels_last)))
        for i, block in enumerate(self.network.blocks):
            x = block(x)
            if i in PARTS:
                out.append(F.adaptive_avg_pool1d(over_time(x), PARTS[i]).flatten())
            if i == max(PARTS):
                out.append(x.amax((2, 3)).flatten())
        out += [over_time(F.relu6(self.network.head(x))).mean(2).flatten()]
        return torch.cat(out).numpy()
