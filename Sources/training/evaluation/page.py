"""A page of plots: each clip's film strip over the spectrogram of its sound, with the events marked."""

from pathlib import Path

import librosa
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

RATE = 48_000


def spectrogram(axis, audio: np.ndarray):
    """Constant-Q look of an STFT: 4096 samples, logarithmic frequency, dB of full scale."""
    mono = np.ascontiguousarray(audio.mean(1), np.float32)
    x = librosa.amplitude_to_db(np.abs(librosa.stft(mono, n_fft=4096, hop_length=480)) * 4 / 4096, ref=1.0, top_db=None)
    at = np.arange(x.shape[1]) * 480 / RATE
    axis.pcolormesh(at, np.fft.rfftfreq(4096, 1 / RATE)[2:], x[2:], vmin=-90, vmax=-10, cmap="magma", rasterized=True)
    axis.set(ylabel="Hz", yscale="log", ylim=(40, 20_000))


def waveform(axis, audio: np.ndarray):
    """Peaks of the left channel upwards, of the right one downwards."""
    step = RATE // 200
    peaks = np.abs(audio[: len(audio) // step * step]).reshape(-1, step, audio.shape[1]).max(1)
    at = np.arange(len(peaks)) / 200
    axis.fill_between(at, 0, peaks[:, 0])
    axis.fill_between(at, 0, -peaks[:, -1])
    axis.set(xlabel="s", ylim=(-1, 1), xlim=(0, len(audio) / RATE))


def plot_sound(path: Path, title: str, audio: np.ndarray):
    """Spectrogram and waveform of [n, 2]."""
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(12, 4), height_ratios=(3, 0.8), sharex=True, layout="constrained")
    spectrogram(top, audio)
    top.set_title(title, fontsize=9)
    waveform(bottom, audio)
    figure.savefig(path, dpi=70)
    plt.close(figure)


def plot(path: Path, title: str, film, audio: np.ndarray, pictures: int = 8):
    """film: scenes.film.Film; audio [n, 2]."""
    figure, (top, middle, bottom) = plt.subplots(3, 1, figsize=(12, 6), height_ratios=(1.4, 3, 0.8), sharex=True, layout="constrained")
    times = (np.arange(pictures) + 0.5) * film.seconds / pictures
    strip = np.concatenate([np.clip(film.frame(t, 96, 128, 3), 0, 1) for t in times], 1)
    top.imshow(strip, extent=(0, film.seconds, 0, 1), aspect="auto")
    top.set(yticks=[], title=title)
    spectrogram(middle, audio)
    waveform(bottom, audio)
    for time, *_ in film.events:
        for axis in (top, middle, bottom):
            axis.axvline(time, color="cyan", linewidth=0.8)
    figure.savefig(path, dpi=70)
    plt.close(figure)


def write_page(folder: Path, clips):
    """clips: (title, film, audio). Writes index.html and a picture per clip."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["<!doctype html><title>gst-v2a: clips</title><style>img{max-width:100%}</style>"]
    for title, film, audio in clips:
        name = title.replace(" ", "-") + ".png"
        plot(folder / name, title, film, audio)
        lines.append(f'<p><img src="{name}" alt="{title}">')
    (folder / "index.html").write_text("\n".join(lines) + "\n")
    print(f"{len(clips)} plots in {folder / 'index.html'}")
