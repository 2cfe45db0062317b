"""Prompts as people say them: `python -m evaluation.captions --data D --captions FILE ... --labels FILE ... [--first 0] [--count 200] [--plugin FOLDER] [--set name=value ...]`

Captions of recordings that somebody else described, in the format of AudioCaps (Kim et al. 2019: `youtube_id`, `caption`), with what AudioSet says is in these
recordings (its segments files: id, start, end, "/m/.., /m/.."). Neither is part of this repository, and nothing here learns from them. Without those of
people, a fixed order, five seconds over a black picture each; prints how many leave silence, and how often any of a recording's names, the general ones aside,
is among the first of the 521 that YAMNet hears; as control, in the sound of another caption, half of the list away.
"""

import argparse
import csv
import random
import re
from pathlib import Path

from evaluation import yamnet
from evaluation.names import add_options, report

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
    parser.add_argument("--captions", type=Path, nargs="+", required=True)
    parser.add_argument("--labels", type=Path, nargs="+", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    add_options(parser)
    options = parser.parse_args()
    known, numbers = captions(options.captions, labels(options.labels)), yamnet.names()
    asked = [
        (re.sub(r'["\\]', "", caption), named)
        for caption, of in known[options.first : options.first + options.count]
        if (named := [numbers.index(name) for name in of if name not in GENERAL])
    ]
    report(asked, options, "captions", "caption")


if __name__ == "__main__":
    main()
