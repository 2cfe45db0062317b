"""Does a sound that goes on stay? `python -m evaluation.steadiness --data D [--plugin FOLDER] [--seconds 60] [--seeds 2]`

Prompts for sounds without an end go through the plugin with a black picture; prints the level of each ten seconds and how far
the last third lies from the first.
"""

import argparse
from pathlib import Path

import numpy as np

from corpus.paths import default_data_root
from evaluation import product

PROMPTS = ("rain falling", "a fire crackling", "a car engine running", "wind howling", "violins playing", "birds singing")
RATE, PART = 48_000, 10  # Hz, seconds


def levels(sound: np.ndarray) -> np.ndarray:
    """dB of full scale of each PART seconds of samples [n, 2]."""
    parts = sound[: len(sound) // (PART * RATE) * PART * RATE].reshape(-1, PART * RATE * 2)
    return 10 * np.log10((parts**2).mean(1) + 1e-10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=default_data_root())
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=2)
    product.add_settings(parser)
    options = parser.parse_args()
    folder = options.data / "steadiness"
    folder.mkdir(parents=True, exist_ok=True)
    drifts = []
    for prompt in PROMPTS:
        for seed in range(options.seeds):
            settings = {"prompt": prompt, "seed": seed, **dict(options.set)}
            found = levels(product.run(product.of_nothing(options.seconds), folder / "out.wav", settings, options.plugin))
            third = max(1, len(found) // 3)
            drifts.append(found[-third:].mean() - found[:third].mean())
            print(f"{prompt:24s} seed {seed}: {' '.join(f'{level:6.1f}' for level in found)} dB, last third {drifts[-1]:+5.1f} dB", flush=True)
    print(f"last third against first: mean {np.mean(drifts):+.1f} dB, lowest {min(drifts):+.1f}, highest {max(drifts):+.1f}")


if __name__ == "__main__":
    main()
