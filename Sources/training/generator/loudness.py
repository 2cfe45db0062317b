"""How loud band energies are heard."""

import numpy as np

from models.audio_codec import FFT, RATE, mel_centres, triangles


def hearing() -> np.ndarray:
    """Weights [64] of band energies in loudness, roughly those of ITU-R BS.1770: rising by 4 dB towards 2.5 kHz, falling below 100 Hz."""
    centres = mel_centres().numpy()
    bins = triangles(mel_centres()).sum(1).numpy()
    decibels = np.interp(np.log(centres * RATE / FFT), np.log([40, 100, 800, 2500]), [-6, -1, 0, 4])
    return (bins * 10 ** (decibels / 10) / (2 * bins.sum())).astype(np.float32)


def loudness(energy: np.ndarray) -> float:
    """dB of full scale of energies [F, 64] of both channels together."""
    return 10 * np.log10(float(energy.mean(0) @ hearing()) + 1e-9)
