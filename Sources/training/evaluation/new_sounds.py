"""Sounds that were missing: do models of them, and what the generator learnt from these, have their names?

`python -m evaluation.new_sounds --data D [--plugin FOLDER]`: rank (from 1) of AudioSet's name among YAMNet's 521, medians: of the sounds of
corpus.synthesise as they are and through the codec, and of prompts for them, five seconds over a black picture.
"""

import argparse
import os
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
import torch

from corpus.paths import add_data_option
from evaluation import product, yamnet
from evaluation.names import SECONDS, TOP, best
from evaluation.roundtrip import RoundTrip
from evaluation.synthesis import beginning

# Generators of corpus.synthesise: AudioSet's names, prompts.
SOUNDS = {
    ("frog", "frogs"): ("Frog|Croak", ("a frog croaking", "frogs at a pond")),
    ("duck", "ducks"): ("Duck|Quack", ("a duck quacking", "ducks")),
    ("goose",): ("Goose|Honk", ("a goose honking",)),
    ("dove",): ("Pigeon, dove|Coo", ("a pigeon cooing", "doves")),
    ("goat",): ("Goat|Bleat", ("a goat bleating",)),
    ("meow",): ("Cat|Meow", ("a cat meowing", "meow")),
    ("baby",): ("Baby cry, infant cry|Crying, sobbing", ("a baby crying",)),
    ("laugh",): ("Laughter|Giggle|Belly laugh|Chuckle, chortle", ("a person laughing",)),
    ("bee",): ("Bee, wasp, etc.|Insect|Buzz", ("bees buzzing",)),
    ("fly",): ("Fly, housefly|Insect|Bee, wasp, etc.", ("a fly buzzing around",)),
    ("mosquito",): ("Mosquito|Insect", ("a mosquito",)),
    ("telephone",): ("Telephone|Telephone bell ringing|Ringtone", ("a telephone ringing", "a phone rings")),
    ("mobile",): ("Ringtone|Telephone", ("a mobile phone ringing",)),
    ("alarm-clock",): ("Alarm clock|Beep, bleep", ("an alarm clock beeping",)),
    ("reversing",): ("Reversing beeps|Beep, bleep", ("a truck reversing with beeps",)),
    ("train-horn",): ("Train horn", ("a train horn",)),
    ("steam-whistle",): ("Steam whistle|Train whistle", ("a steam whistle",)),
    ("vacuum",): ("Vacuum cleaner", ("a vacuum cleaner",)),
    ("shaver",): ("Electric shaver, electric razor|Electric toothbrush", ("an electric shaver",)),
    ("ticking",): ("Tick-tock|Tick|Clock", ("a clock ticking",)),
    ("dishes",): ("Dishes, pots, and pans|Cutlery, silverware", ("dishes clattering",)),
    ("idling",): ("Idling|Medium engine (mid frequency)", ("an engine idling",)),
    ("motorcycle",): ("Motorcycle", ("a motorcycle revving",)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--seeds", type=int, default=4, help="of each prompt")
    parser.add_argument("--count", type=int, default=8, help="variants of each generator; 0: only prompts")
    parser.add_argument("--first", type=int, default=1000, help="number of the first variant: the corpus has those below 100")
    options = parser.parse_args()
    torch.set_num_threads(1)
    listener, names, codec = yamnet.Listener(options.data), list(yamnet.names()), RoundTrip()

    def rank(samples: np.ndarray, of: str) -> int:
        return 1 + best([names.index(name) for name in of.split("|")], listener(samples)[1])

    sound = lambda prompt, seed: product.heard(product.of_nothing(SECONDS), {"prompt": prompt, "seed": seed}, options.plugin)
    generated = lambda prompt: [sound(prompt, seed) for seed in range(options.seeds)]
    everything = []
    print("| sounds | as they are | through the codec | prompt: generated |\n|---|---|---|---|")
    with ThreadPool(os.cpu_count()) as pool:
        asked = [(of, prompt) for of, prompts in SOUNDS.values() for prompt in prompts]
        sounds = pool.imap(generated, [prompt for _, prompt in asked])
        for generators, (of, prompts) in SOUNDS.items():
            own = [beginning(name, options.first + k)[0].astype(np.float32) for name in generators for k in range(options.count)]
            cells = [f"{np.median([rank(x, of) for x in heard]):.0f}" if heard else "-" for heard in (own, [codec(x) for x in own])]
            ranks = {prompt: [rank(x, of) for x in next(sounds)] for prompt in prompts}
            everything += [r for some in ranks.values() for r in some]
            cells.append(", ".join(f"{prompt}: {np.median(some):.0f}" for prompt, some in ranks.items()))
            print(f"| {', '.join(generators)} | {' | '.join(cells)} |", flush=True)
    shares = ", ".join(f"{top}: {np.mean([r <= top for r in everything]):.2f}" for top in TOP)
    print(f"{len(everything)} generated, among the first {shares}; median rank {np.median(everything):.0f}")


if __name__ == "__main__":
    main()
