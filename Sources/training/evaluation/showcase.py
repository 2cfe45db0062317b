"""Nine prompts that a person would try first: `python -m evaluation.showcase --data D --page FOLDER [--plugin FOLDER] [--seeds 10] [--set name=value ...]`

Eight seconds each over a black picture, with several seeds; prints what YAMNet (evaluation.yamnet) hears, of all that AudioSet has names for,
writes a page of spectrograms, and counts how often each thing that a prompt speaks of is among YAMNet's first TOP names; as control, how often
it is in the sounds of the other prompts, but for those that speak of it too.
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
# Prompt -> what it speaks of -> AudioSet's names for that, written down before any count.
MUSIC = ("Music", "Musical instrument", "Ambient music", "New-age music", "Electronic music", "Scary music", "Soundtrack music", "Background music",
         "Theme music", "Synthesizer", "Orchestra", "Electronica")
ENGINE = ("Engine", "Vehicle", "Motor vehicle (road)", "Car", "Heavy engine (low frequency)", "Medium engine (mid frequency)", "Idling",
          "Accelerating, revving, vroom", "Race car, auto racing", "Engine starting")
SPOKEN_OF = {
    "horror": {"music": MUSIC, "footsteps": ("Walk, footsteps", "Run")},
    "dinosaur": {
        "creature": ("Animal", "Wild animals", "Roar", "Growling", "Squawk", "Chirp, tweet", "Bird", "Bird vocalization, bird call, bird song", "Frog", "Croak"),
        "jungle": ("Insect", "Cricket", "Bird", "Bird vocalization, bird call, bird song", "Chirp, tweet", "Frog", "Outside, rural or natural", "Wild animals"),
        "egg": ("Crack", "Crackle", "Crunch", "Crushing", "Breaking", "Splinter", "Crumpling, crinkling"),
    },
    "jellyfish": {"water": ("Water", "Liquid", "Ocean", "Waves, surf", "Stream", "Gurgling", "Boiling", "Splash, splatter", "Slosh", "Bathtub (filling or washing)")},
    "drummer": {
        "drums": ("Drum", "Drum kit", "Snare drum", "Bass drum", "Drum roll", "Percussion", "Cymbal", "Hi-hat", "Rimshot", "Drum machine", "Timpani"),
        "crowd": ("Crowd", "Cheering", "Applause", "Clapping", "Hubbub, speech noise, speech babble", "Chatter"),
    },
    "cars": {"skidding": ("Skidding", "Tire squeal"), "engine": ENGINE, "music": MUSIC},
    "harmonica": {"harmonica": ("Harmonica", "Accordion")},
    "wolf": {"howl": ("Howl", "Canidae, dogs, wolves", "Dog", "Wild animals")},
    "spaceship": {"spaceship": ("Aircraft", "Aircraft engine", "Jet engine", "Fixed-wing aircraft, airplane", "Whoosh, swoosh, swish", "Rumble", "Engine",
                                "Heavy engine (low frequency)", "Sound effect")},
    "cello": {"cello": ("Cello", "Bowed string instrument", "Violin, fiddle", "String section", "Double bass")},
}
TOP = 10  # names of 521


def counted(heard: dict[str, list[set[str]]]) -> str:
    """A table of how often things are heard, from YAMNet's first names of each prompt's sounds."""
    lines, shares = ["| prompt | thing | heard | in other prompts' sounds |", "|---|---|---|---|"], []
    for prompt, things in SPOKEN_OF.items():
        for thing, known in things.items():
            present = lambda names: bool(names & set(known))
            strangers = [n for other, sounds in heard.items() if not any(set(k) & set(known) for k in SPOKEN_OF[other].values()) for n in sounds]
            shares.append((np.mean([present(n) for n in heard[prompt]]), np.mean([present(n) for n in strangers])))
            lines.append(f"| {prompt} | {thing} | {shares[-1][0]:.2f} | {shares[-1][1]:.2f} |")
    own, other = np.mean(shares, 0)
    return "\n".join([*lines, f"| **all** | | **{own:.2f}** | {other:.2f} |"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    product.add_settings(parser)
    options = parser.parse_args()
    options.page.mkdir(parents=True, exist_ok=True)
    listener, names = yamnet.Listener(options.data), yamnet.names()
    lines = ["<!doctype html><title>gst-v2a: prompts</title><style>img{max-width:100%}</style>"]
    print("| prompt | seed | YAMNet hears |\n|---|---|---|")
    first = {name: [] for name in PROMPTS}
    for name, prompt in PROMPTS.items():
        for seed in range(options.seeds):
            wav = options.page / f"{name}-{seed}.wav"
            sound = product.run(product.of_nothing(8), wav, {"prompt": prompt, "seed": seed, **dict(options.set)}, options.plugin)
            p = np.exp(listener(sound)[1])
            order = (-p).argsort()
            first[name].append({names[k] for k in order[:TOP]})
            heard = ", ".join(f"{names[k]} {p[k]:.2f}" for k in order[:5])
            print(f"| {prompt} | {seed} | {heard} |", flush=True)
            plot_sound(options.page / f"{name}-{seed}.png", f"{prompt} ({seed})", sound)
            lines.append(f'<p><img src="{name}-{seed}.png" alt="{prompt}"><br><audio controls src="{name}-{seed}.wav"></audio>')
    print("\n" + counted(first))
    (options.page / "index.html").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
