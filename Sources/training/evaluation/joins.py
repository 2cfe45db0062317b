"""Can the joins of chunks be found? `python -m evaluation.joins --data D [--video FILE]`

A minute of a rendered scene and of a prompt alone go through the plugin. At multiples of hop the spectral flux and the jump of
level are compared with all places inside chunks: share of joins above the 95th percentile of the inside (5 % is what chance
gives), and the median of both.
"""

import argparse
from pathlib import Path

import numpy as np

from corpus.paths import add_data_option
from evaluation import product
from scenes.clip import find, rendered

LATENT, FRAME = 2048, 512


def measures(sound: np.ndarray) -> dict[str, np.ndarray]:
    """Per multiple of FRAME samples: flux of the log spectrum and jump of level in dB between the frames on both sides."""
    mono = sound.mean(1)
    count = len(mono) // FRAME
    before = np.lib.stride_tricks.sliding_window_view(np.pad(mono, (FRAME, FRAME)), FRAME)[::FRAME][: count + 1] * np.hanning(FRAME)
    spectrum = np.abs(np.fft.rfft(before))
    log = np.log10(spectrum + 1e-4)
    level = 10 * np.log10((before**2).mean(1) + 1e-10)
    # Frame i ends where sample i * FRAME begins.
    return {"spectral flux": np.abs(np.diff(log, axis=0)).mean(1), "level jump": np.abs(np.diff(level)),
            "sample jump": np.concatenate([[0], np.abs(mono[FRAME:count * FRAME:FRAME] - mono[FRAME - 1:count * FRAME - 1:FRAME])])}


def report(name: str, sound: np.ndarray, hop: int):
    for what, values in measures(sound).items():
        places = np.arange(len(values)) * FRAME
        ready = values[(places > 0) & (places < len(sound) - hop * LATENT)]
        places = places[(places > 0) & (places < len(sound) - hop * LATENT)]
        joins = places % (hop * LATENT) == 0
        limit = np.percentile(ready[~joins], 95)
        print(f"{name:28s} {what:14s} {joins.sum():3d} joins: {np.mean(ready[joins] > limit):.3f} above the inside's 95th percentile; "
              f"median at joins {np.median(ready[joins]):.4f}, inside {np.median(ready[~joins]):.4f}, "
              f"mean of joins over 95th percentile {ready[joins].mean() / max(limit, 1e-12):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--video", type=Path)
    parser.add_argument("--hop", type=int, default=24, help="latents")
    options = parser.parse_args()
    folder = options.data / "joins-test"
    folder.mkdir(parents=True, exist_ok=True)
    video = options.video or rendered(find("bounce", 5, 60.0), folder / "minute.mp4")
    hop = {"hop": round(options.hop * LATENT / 48e3 * 1e9)}
    report("a minute of bouncing balls", product.run(product.of_file(video), folder / "minute.wav", hop, options.plugin), options.hop)
    for prompt in ("rain falling", "violins playing"):
        sound = product.run(product.of_nothing(60), folder / f"{prompt.split()[0]}.wav", {"prompt": prompt, **hop}, options.plugin)
        report(f"a minute of '{prompt}'", sound, options.hop)


if __name__ == "__main__":
    main()
