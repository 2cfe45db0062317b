"""Soundtracks without a prompt for films as people have them: `python -m evaluation.films --data D --films FOLDER [--seeds 2] [--plugin FOLDER] [--set name=value ...]`

films.tsv lists clips of others, most of them made by video models, in public repositories, and what should be heard of each: a group of AudioSet's
names (HEARD), or "quiet" where nothing would (a face, a flower). They are not part of this repository, and nothing learns from them: FOLDER holds clones
(FOLDER/owner/name; `git clone https://github.com/owner/name`), and clips that are missing are left out. Whoever made this looked at some of them
before and at others only afterwards, so there is a table of each. It says how often YAMNet hears one of the right names among its first three and first ten of
521, in a clip's own sound and, as control, in that of clips of other groups; how many soundtracks are silent (below -60 dB); and how many of what is quiet
are louder than -40 dB: something is heard to happen that nobody sees.
"""

import argparse
import csv
import os
import subprocess
import tempfile
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from corpus.paths import add_data_option
from evaluation import product, yamnet
from evaluation.measures import level

LONGEST, LINES = 10, 480  # seconds and lines of a clip that are used
SILENT, LOUD = -60.0, -40.0  # dB of full scale
QUIET = "quiet"
HEARD = {
    "water": ("Water", "Stream", "Waterfall", "Ocean", "Waves, surf", "Splash, splatter", "Gurgling", "Trickle, dribble", "Rain", "Rain on surface",
        "Raindrop", "Slosh", "Bathtub (filling or washing)", "Water tap, faucet", "Sink (filling or washing)", "Pour", "Fill (with liquid)",
        "Rowboat, canoe, kayak", "Sailboat, sailing ship", "Boat, Water vehicle", "Ship", "Boiling"),
    "vehicle": ("Vehicle", "Motor vehicle (road)", "Car", "Car passing by", "Race car, auto racing", "Truck", "Bus", "Engine",
        "Accelerating, revving, vroom", "Traffic noise, roadway noise", "Skidding", "Tire squeal", "Light engine (high frequency)",
        "Medium engine (mid frequency)", "Heavy engine (low frequency)", "Idling", "Engine starting", "Motorcycle"),
    "train": ("Rail transport", "Train", "Railroad car, train wagon", "Subway, metro, underground", "Clickety-clack", "Train wheels squealing",
        "Train horn", "Train whistle", "Vehicle"),
    "dog": ("Dog", "Bark", "Bow-wow", "Domestic animals, pets", "Animal", "Growling", "Howl", "Yip", "Whimper (dog)"),
    "cat": ("Cat", "Meow", "Purr", "Animal", "Domestic animals, pets", "Caterwaul", "Hiss"),
    "beast": ("Animal", "Wild animals", "Roar", "Growling", "Roaring cats (lions, tigers)", "Grunt", "Howl"),
    "bird": ("Bird", "Bird vocalization, bird call, bird song", "Chirp, tweet", "Squawk", "Pigeon, dove", "Coo", "Crow", "Caw", "Owl", "Hoot",
        "Bird flight, flapping wings", "Duck", "Quack", "Goose", "Honk", "Fowl", "Wild animals", "Animal"),
    "sheep": ("Sheep", "Bleat", "Goat", "Livestock, farm animals, working animals", "Animal"),
    "horse": ("Horse", "Clip-clop", "Neigh, whinny", "Animal", "Livestock, farm animals, working animals", "Walk, footsteps"),
    "guitar": ("Guitar", "Acoustic guitar", "Electric guitar", "Plucked string instrument", "Strum", "Musical instrument", "Music", "Bass guitar",
        "Banjo", "Ukulele", "Mandolin"),
    "drum": ("Drum", "Drum kit", "Percussion", "Snare drum", "Bass drum", "Tabla", "Music", "Musical instrument", "Drum roll", "Wood block"),
    "gun": ("Gunshot, gunfire", "Explosion", "Machine gun", "Cap gun", "Fusillade", "Artillery fire"),
    "fireworks": ("Fireworks", "Firecracker", "Explosion", "Burst, pop", "Boom", "Crackle"),
    "steps": ("Walk, footsteps", "Run", "Clip-clop", "Shuffle"),
    "crowd": ("Speech", "Crowd", "Hubbub, speech noise, speech babble", "Inside, public space", "Outside, urban or manmade",
        "Traffic noise, roadway noise", "Chatter", "Vehicle", "Walk, footsteps"),
    "hammer": ("Hammer", "Clang", "Chink, clink", "Ding", "Tools", "Thunk", "Knock", "Whack, thwack", "Sawing", "Rub", "Filing (rasp)"),
    "ball": ("Basketball bounce", "Bouncing", "Whack, thwack", "Thump, thud", "Slap, smack", "Bang", "Run", "Crowd", "Speech",
        "Inside, public space"),
    "wind": ("Wind", "Rustling leaves", "Wind noise (microphone)", "Outside, rural or natural", "Rustle", "Bird", "Chirp, tweet", "Insect",
        "Cricket"),
    "explosion": ("Explosion", "Boom", "Burst, pop", "Eruption", "Fireworks", "Whoosh, swoosh, swish", "Hiss", "Steam"),
    "clank": ("Glass", "Chink, clink", "Breaking", "Plop", "Thump, thud", "Clang", "Whack, thwack", "Knock", "Thunk"),
    "aircraft": ("Helicopter", "Aircraft", "Fixed-wing aircraft, airplane", "Propeller, airscrew", "Jet engine", "Aircraft engine", "Vehicle"),
    "lava": ("Fire", "Eruption", "Boiling", "Explosion", "Crackle", "Boom", "Roar", "Rumble"),
}


class Clip(NamedTuple):
    file: Path
    heard: str
    looked_at: bool


def listed(folder: Path) -> list[Clip]:
    """The clips of films.tsv that are there."""
    with open(Path(__file__).with_suffix(".tsv"), newline="") as lines:
        rows = [Clip(folder / row["repository"] / row["path"], row["heard"], row["looked at"] == "yes") for row in csv.DictReader(lines, delimiter="\t")]
    there = [clip for clip in rows if clip.file.exists()]
    print(f"{len(there)} of {len(rows)} clips are there")
    return there


def as_film(file: Path, folder: Path) -> Path:
    """What is used of a clip, as H.264 in a folder."""
    film = folder / "film.mp4"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", file, "-t", str(LONGEST), "-an", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "18",
                    "-vf", f"scale=-2:'min({LINES},trunc(ih/2)*2)'", film], check=True)
    return film


def report(name: str, clips: list[Clip], results: list[list[tuple[float, np.ndarray]]]):
    """Prints a row; `results` are levels and YAMNet's scores of each clip's soundtracks."""
    sounding = [(clip.heard, *result) for clip, own in zip(clips, results) if clip.heard != QUIET for result in own]
    loud = np.array([loudness for clip, own in zip(clips, results) if clip.heard == QUIET for loudness, _ in own])
    names = yamnet.names()
    numbers = {group: [names.index(name) for name in known] for group, known in HEARD.items()}
    # Of the likeliest of each group's names in each sound, counted from 0.
    ranks = [{group: (scores > scores[known].max()).sum() for group, known in numbers.items()} for *_, scores in sounding]
    right = np.array([rank[group] for (group, *_), rank in zip(sounding, ranks)])
    wrong = np.array([rank[group] for group, *_ in sounding for (other, *_), rank in zip(sounding, ranks) if other != group])
    levels = np.array([loudness for own in results for loudness, _ in own])
    print(f"| {name} | {len(sounding)} | {(right < 3).mean():.2f} ({(wrong < 3).mean():.2f}) | {(right < 10).mean():.2f} ({(wrong < 10).mean():.2f}) | "
          f"{(levels < SILENT).mean():.2f} | {len(loud)} | {(loud > LOUD).mean():.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--films", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    product.add_settings(parser)
    options = parser.parse_args()
    clips, listener, settings = listed(options.films), yamnet.Listener(options.data), dict(options.set)

    def soundtracks(clip: Clip) -> list[np.ndarray]:
        with tempfile.TemporaryDirectory() as folder:
            film = as_film(clip.file, Path(folder))
            return [product.heard(product.of_file(film), {"seed": seed, **settings}, options.plugin) for seed in range(1, 1 + options.seeds)]

    with ThreadPool(os.cpu_count()) as pool:
        results = [[(level(samples), listener(samples)[1]) for samples in sounds]
                   for sounds in tqdm(pool.imap(soundtracks, clips), total=len(clips), mininterval=5)]
    print("| clips | that sound | right among three (in others' sound) | among ten | silent | quiet | of them loud |\n|---|---|---|---|---|---|---|")
    for name, looked_at in (("looked at", True), ("not looked at", False)):
        chosen = [i for i, clip in enumerate(clips) if clip.looked_at == looked_at]
        if chosen:
            report(name, [clips[i] for i in chosen], [results[i] for i in chosen])


if __name__ == "__main__":
    main()
