"""The codec alone against Opus at 32 kbit/s stereo, on recordings that nothing was fitted to.

`python -m evaluation.codec` prints, for effects and for music of the corpus split `real`: log-spectral distance (dB), multi-resolution STFT
distance, both to 20 kHz, error of the level difference between left and right, and the same for noise of the recording's own spectrum.
"""

import argparse
import subprocess
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from corpus.classes import INSTRUMENTS
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from evaluation.roundtrip import MODEL, RoundTrip

RATE = 48_000
MUSIC = (*INSTRUMENTS, "bell")
SCALES = (4096, 2048, 1024, 512, 256)


def magnitudes(x: np.ndarray, size: int) -> np.ndarray:
    """|STFT| [2, bins to 20 kHz, frames] of [n, 2], Hann, hop size / 4, a full-scale sine is 1."""
    window = torch.hann_window(size)
    spectrum = torch.stft(torch.from_numpy(np.ascontiguousarray(x.T)).float(), size, size // 4, window=window, return_complex=True)
    return (spectrum.abs() * 2 / window.sum())[:, : int(20_000 * size / RATE)].numpy()


def log_spectral_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Mean over frames of the rms difference in dB (2048 samples), where the reference `a` is within 60 dB of its peak; floor there."""
    x, y = magnitudes(a, 2048), magnitudes(b, 2048)
    floor = x.max() * 1e-3
    difference = 20 * np.log10(np.maximum(x, floor) / np.maximum(y, floor))
    heard = x.max(1) > floor * 3
    return float(np.sqrt((difference**2).mean(1))[heard].mean())


def stft_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Mean over five sizes of spectral convergence + mean absolute log magnitude ratio (Yamamoto et al. 2020), floor 60 dB below the peak."""
    total = 0.0
    for size in SCALES:
        x, y = magnitudes(a, size), magnitudes(b, size)
        floor = x.max() * 1e-3
        total += np.linalg.norm(x - y) / np.linalg.norm(x)
        total += np.abs(np.log(np.maximum(x, floor) / np.maximum(y, floor))).mean()
    return float(total / len(SCALES))


def pan_error(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference of (left - right) / (left + right) energies over 50 ms pieces that are heard."""
    def pan(x):
        energy = (x[: len(x) // 2400 * 2400].reshape(-1, 2400, 2).astype(np.float64) ** 2).sum(1)
        return (energy[:, 0] - energy[:, 1]) / (energy.sum(1) + 1e-9), energy.sum(1)
    (p, level), (q, _) = pan(a), pan(b)
    heard = level > level.max() * 1e-4
    return float(np.abs(p - q)[heard].mean())


def opus(x: np.ndarray, kilobits: int = 32) -> np.ndarray:
    """[n, 2] through libopus at `kilobits` per second, aligned."""
    raw = ["-f", "f32le", "-ar", str(RATE), "-ac", "2"]
    coded = subprocess.run(["ffmpeg", "-v", "error", *raw, "-i", "-", "-c:a", "libopus", "-b:a", f"{kilobits}k", "-f", "ogg", "-"],
                           input=x.astype(np.float32).tobytes(), capture_output=True, check=True).stdout
    back = subprocess.run(["ffmpeg", "-v", "error", "-i", "-", *raw, "-"], input=coded, capture_output=True, check=True).stdout
    y = np.frombuffer(back, np.float32).reshape(-1, 2)
    return np.pad(y, ((0, max(0, len(x) - len(y))), (0, 0)))[: len(x)]


def noise(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Phases at random: the same long-term spectrum and nothing else."""
    spectrum = np.fft.rfft(x, axis=0)
    return np.fft.irfft(np.abs(spectrum) * np.exp(2j * np.pi * rng.random(spectrum.shape)), len(x), axis=0).astype(np.float32)


def measure(rows, corpus, coders) -> np.ndarray:
    """Mean of the three distances per coder [coders, 3]."""
    table = []
    for row in tqdm(rows, mininterval=5):
        x = corpus.samples(row, 0, 6 * RATE)
        x = np.repeat(x, 2, 1) if x.shape[1] == 1 else x
        x = 0.7 * x / max(np.abs(x).max(), 1e-3)
        table.append([[f(x, y) for f in (log_spectral_distance, stft_distance, pan_error)] for y in (coder(x) for coder in coders)])
    return np.mean(table, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--clips", type=int, default=60, help="of each kind")
    parser.add_argument("--split", default="real")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus = Corpus(corpus_folder(options.data), split=options.split)
    rng, ours = np.random.default_rng(0), RoundTrip(options.model)
    coders = {"ours": ours, "Opus 32": opus, "noise": lambda x: noise(x, rng)}
    print("| | log-spectral distance, dB | STFT distance | pan error |\n|---|---|---|---|")
    for name, wanted in (("effects", lambda r: r["klass"] not in MUSIC), ("music", lambda r: r["klass"] in MUSIC)):
        rows = [r for r in corpus.rows if wanted(r) and r["n_samples"] > 4096]
        rows = [rows[i] for i in rng.choice(len(rows), min(options.clips, len(rows)), replace=False)]
        for coder, values in zip(coders, measure(rows, corpus, coders.values())):
            print(f"| {name}, {coder} | " + " | ".join(f"{v:.3f}" for v in values) + " |", flush=True)


if __name__ == "__main__":
    main()
