"""Does a sound that goes on stay? `python -m evaluation.steadiness --data D [--plugin FOLDER] [--seconds 60] [--seeds 2] [--moving | --video FILE]
[--prompts PROMPT ...]`

Prompts for sounds without an end go through the plugin with a black picture, one that moves, or a film; prints the level of each ten seconds, how far the
last third lies from the first, and in how many parts of both YAMNet (evaluation.audioset, by groups) hears what the prompt says, where its
names are to be believed.
"""

import argparse
from pathlib import Path

import numpy as np

from corpus.paths import add_data_option
from evaluation import audioset, product, yamnet
from evaluation.measures import RATE, level

# Prompt -> the judge's name for it, if it knows it in recordings.
PROMPTS = {"rain falling": "water", "a fire crackling": None, "a car engine running": "vehicle", "wind howling": None,
           "violins playing": "instrument", "birds singing": "bird"}
PART = 10  # seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--moving", action="store_true", help="over a ball that moves instead of a black picture")
    parser.add_argument("--video", type=Path, help="over the pictures of this file, as long as it is")
    parser.add_argument("--prompts", nargs="+", default=list(PROMPTS), help="instead of the six; of others than those only levels count")
    product.add_settings(parser)
    options = parser.parse_args()
    panel, listener = audioset.Groups(options.data / "judge" / "audioset.npz"), yamnet.Listener(options.data)
    drifts, right, loudest = [], [], -np.inf
    pattern = "ball" if options.moving else "black"
    source = product.of_file(options.video) if options.video else product.of_pattern(pattern, options.seconds)
    for prompt in options.prompts:
        group = PROMPTS.get(prompt)
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            settings = {"prompt": prompt, "seed": seed, **dict(options.set)}
            sound = product.heard(source, settings, options.plugin)
            parts = [sound[i : i + PART * RATE] for i in range(0, len(sound) - PART * RATE + 1, PART * RATE)]
            levels, third = [level(part) for part in parts], max(1, len(parts) // 3)
            heard = [panel.classes[panel(listener(part)[1]).argmax()] for part in parts]
            drifts.append(np.mean(levels[-third:]) - np.mean(levels[:third]))
            loudest = max(loudest, max(levels))
            if group:
                right.append([np.mean([name == group for name in some]) for some in (heard[:third], heard[-third:])])
            print(f"{prompt:20s} seed {seed}: {' '.join(f'{v:5.1f}' for v in levels)} dB, last third {drifts[-1]:+5.1f} dB; heard {', '.join(heard)}", flush=True)
    within = sum(abs(drift) <= 6 for drift in drifts)
    print(f"last third against first: level {np.mean(drifts):+.1f} dB on average ({min(drifts):+.1f} .. {max(drifts):+.1f}), within 6 dB in {within} of "
          f"{len(drifts)}; loudest part {loudest:.1f} dB" + ("; judged right {:.2f} -> {:.2f}".format(*np.mean(right, 0)) if right else ""))


if __name__ == "__main__":
    main()
