"""Prompts as people say them: `python -m evaluation.captions --data D --captions FILE ... --labels FILE ... [--first 0] [--count 200] [--plugin FOLDER] [--set name=value ...]`

Captions of recordings that somebody else described, in the format of AudioCaps (Kim et al. 2019: `youtube_id`, `caption`), with what AudioSet says is in these
recordings (its segments files: id, start, end, "/m/.., /m/.."). Neither is part of this repository, and nothing here learns from them. Without those of
people, a fixed order, five seconds over a black picture each; prints how many leave silence, and how often any of a recording's names, the general ones aside,
is among the first of the 521 that YAMNet hears; as control, in the sound of another caption, half of the list away.
"""

import argparse
import csv
import os
import random
import re
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus.paths import add_data_option
from evaluation import product, yamnet
from evaluation.measures import SILENCE, level
from evaluation.names import TOP, row

SECONDS = 5
# A soundtrack has no speech.
VOICES = re.compile("peech|speak|onversation|arration|onolog|abbl|ispering|hout|Child sing|Baby|aughter|rying|cream|Sneez|Cough|Burp|Snor|Breath|Hiccup|Fart|Sigh"
                    "|Laugh|Giggle|Snicker|Chuckle|Sob|Whimper|Throat")
PEOPLE = re.compile(r"\b(man|men|woman|women|child|people|person|speak\w*|talk\w*|voice\w*|boy|girl|baby|crowd of)\b")
# Names that half of all sounds have.
GENERAL = {"Vehicle", "Animal", "Outside, rural or natural", "Outside, urban or manmade", "Inside, small room", "Inside, large room or hall", "Wild animals",
           "Domestic animals, pets", "Livestock, farm animals, working animals", "Noise", "Silence", "Music", "Sound effect"}


def labels(files: list[Path]) -> dict[str, list[str]]:
    """AudioSet's names of recordings by their ids."""
    names, of = yamnet.names_by_id(), {}
    for file in files:
        with open(file, errors="replace") as lines:
            for line in lines:
                if not line.startswith("#"):
                    of[line[:11]] = [names[found] for found in re.findall(r"/[mtg]/\w+", line) if found in names]
    return of


def captions(files: list[Path], of: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """A caption of each recording with its names, shuffled always alike."""
    chosen, seen = [], set()
    for file in files:
        with open(file) as lines:
            for line in csv.DictReader(lines):
                video, caption = line["youtube_id"], line["caption"]
                if video in seen or video not in of or any(map(VOICES.search, of[video])) or PEOPLE.search(caption.lower()):
                    continue
                seen.add(video)
                chosen.append((caption, of[video]))
    random.Random(0).shuffle(chosen)
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--captions", type=Path, nargs="+", required=True)
    parser.add_argument("--labels", type=Path, nargs="+", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    product.add_settings(parser)
    options = parser.parse_args()
    listener, names = yamnet.Listener(options.data), yamnet.names()
    known = [(caption, [names.index(name) for name in of if name not in GENERAL]) for caption, of in captions(options.captions, labels(options.labels))]
    asked = [(caption, of) for caption, of in known[options.first : options.first + options.count] if of]
    plain = lambda caption: re.sub(r'["\\]', "", caption)
    sound = lambda one: product.heard(product.of_nothing(SECONDS), {"prompt": plain(one[0]), "seed": options.seed, **dict(options.set)}, options.plugin)
    levels, heard = [], []
    with ThreadPool(os.cpu_count()) as pool:
        for samples in tqdm(pool.imap(sound, asked), total=len(asked), mininterval=5):
            levels.append(level(samples))
            heard.append(listener(samples)[1] if levels[-1] >= SILENCE else np.full(len(names), -np.inf))
    levels, heard = np.array(levels), np.stack(heard)
    best = lambda of, scores: min((scores > scores[k]).sum() for k in of) if np.isfinite(scores[0]) else len(names) - 1
    ranks = lambda sounds: np.array([best(of, scores) for (_, of), scores in zip(asked, sounds)])
    half = len(asked) // 2
    print(f"| prompts | silent | {' | '.join(f'first {top}' for top in TOP)} | median rank |\n|---|---|{'---|' * (len(TOP) + 1)}")
    print(row(f"{len(asked)} captions", levels, ranks(heard)))
    print(row("in another caption's sound", np.roll(levels, half), ranks(np.roll(heard, half, 0))))


if __name__ == "__main__":
    main()
