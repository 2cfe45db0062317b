"""Can the joins of chunks be found? `python -m evaluation.joins --data D [--video FILE] [--seeds 2]`

A minute of a rendered scene and of prompts alone go through the plugin. At multiples of hop the spectral flux and the jump of
level are compared with all places inside chunks: share of joins above the 95th percentile of the inside (5 % is what chance
gives), the share of the other latents' borders, where nothing is joined, and the median of both.
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


def report(name: str, sounds: list[np.ndarray], hop: int):
    found = [measures(sound) for sound in sounds]
    for what in found[0]:
        at_joins, at_borders, inside = [], [], []
        for values in (one[what] for one in found):
            places = np.arange(len(values)) * FRAME
            ready = (places > 0) & (places < (len(values) - 1) * FRAME - hop * LATENT)
            joins, borders = ready & (places % (hop * LATENT) == 0), ready & (places % LATENT == 0)
            limit = max(np.percentile(values[ready & ~joins], 95), 1e-12)
            at_joins += list(values[joins] / limit)
            at_borders += list(values[borders & ~joins] / limit)
            inside += list(values[ready & ~joins] / limit)
        print(f"{name:28s} {what:14s} {len(at_joins):3d} joins: {np.mean(np.array(at_joins) > 1):.3f} above the inside's 95th percentile, other "
              f"latents' borders {np.mean(np.array(at_borders) > 1):.3f}; median over it {np.median(at_joins):.2f} at joins, {np.median(inside):.2f} inside")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--video", type=Path)
    parser.add_argument("--hop", type=int, default=24, help="latents")
    parser.add_argument("--seeds", type=int, default=2)
    product.add_settings(parser)
    options = parser.parse_args()
    folder = options.data / "joins-test"
    folder.mkdir(parents=True, exist_ok=True)
    video = options.video or rendered(find("bounce", 5, 60.0), folder / "minute.mp4")
    hop = {"hop": round(options.hop * LATENT / 48e3 * 1e9)}

    def sounds(source: list[str], settings: dict) -> list[np.ndarray]:
        return [product.heard(source, {**settings, **hop, "seed": seed, **dict(options.set)}, options.plugin) for seed in range(options.seeds)]

    report("bouncing balls", sounds(product.of_file(video), {}), options.hop)
    for prompt in ("rain falling", "violins playing"):
        report(f"'{prompt}'", sounds(product.of_nothing(60), {"prompt": prompt}), options.hop)


if __name__ == "__main__":
    main()
