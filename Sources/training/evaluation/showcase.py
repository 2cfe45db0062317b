"""Nine prompts that a person would try first: `python -m evaluation.showcase --data D --page FOLDER [--plugin FOLDER]`

Eight seconds each over a black picture, with two seeds; prints what YAMNet (evaluation.yamnet) hears, of all that AudioSet has names for, and
writes a page of spectrograms.
"""

import argparse
from pathlib import Path

import numpy as np

from corpus.paths import add_data_option
from evaluation import product, yamnet
from evaluation.page import plot_sound

PROMPTS = {
    "horror": "Cinematic, thriller, horror film, music, tension, ambience, footsteps on concrete",
    "dinosaur": "Cute baby dinosaur chirps, jungle ambience, egg cracking",
    "jellyfish": "jellyfish pulsating under water, marine life, ocean",
    "drummer": "A drummer on a stage at a concert surrounded by flashing lights and a cheering crowd",
    "cars": "cars skidding, car engine throttling, angelic electronic music",
    "harmonica": "a slow mellow harmonica plays as the sun goes down on the prairie",
    "wolf": "Wolf howling at the moon",
    "spaceship": "A spaceship hurtles through the vastness of space, stars streaking past it, high speed, Sci-fi",
    "cello": "Ethereal cello atmosphere",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    options.page.mkdir(parents=True, exist_ok=True)
    listener, names = yamnet.Listener(options.data), yamnet.names()
    lines = ["<!doctype html><title>gst-v2a: prompts</title><style>img{max-width:100%}</style>"]
    print("| prompt | seed | YAMNet hears |\n|---|---|---|")
    for name, prompt in PROMPTS.items():
        for seed in range(options.seeds):
            wav = options.page / f"{name}-{seed}.wav"
            sound = product.run(product.of_nothing(8), wav, {"prompt": prompt, "seed": seed}, options.plugin)
            p = np.exp(listener(sound)[1])
            heard = ", ".join(f"{names[k]} {p[k]:.2f}" for k in (-p).argsort()[:5])
            print(f"| {prompt} | {seed} | {heard} |", flush=True)
            plot_sound(options.page / f"{name}-{seed}.png", f"{prompt} ({seed})", sound)
            lines.append(f'<p><img src="{name}-{seed}.png" alt="{prompt}"><br><audio controls src="{name}-{seed}.wav"></audio>')
    (options.page / "index.html").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
