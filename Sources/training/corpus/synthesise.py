"""Makes the project's own sounds.

    python -m corpus.synthesise [--data DIR] [--scale 1.0] [--only NAME ...]

Deterministic: the sound of a generator's k-th variant depends only on the generator's name and k. Files stay until the code that made them changes.
"""

import argparse
import ast
import csv
import os
import sys
import zlib
from functools import cache
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from . import paths
from .classes import kind_of
from .instruments import FIELDS
from .synth import (aircraft, bells, birds, blasts, bodies, calls, carnivores, crowds, cylinders, doors, doves, dsp, engines, farm, fire, flies, goats,
                    household, impacts, insects, machines, meows, metal, people, ponds, signals, steps, trains, water, weather, whistles, wood)

LICENCE = "CC0-1.0"
# How many variants of each. More where recordings are few.
GENERATORS = {
    **{f"footsteps-{ground}": (steps.footsteps(ground), 40) for ground in steps.GROUNDS},
    "wood": (wood.wood, 110), "metal": (metal.metal, 110), "stone": (impacts.stone, 90), "glass": (impacts.glass, 110),
    "thud": (bodies.thud, 50), "clash": (metal.clash, 40), "bell": (bells.bell, 80), "door": (doors.door, 90),
    "splash": (water.splash, 110), "bubbles": (water.bubbles, 70), "stream": (water.stream, 60), "waves": (water.waves, 40),
    "rain": (weather.rain, 100), "wind": (weather.wind, 60), "thunder": (weather.thunder, 80), "fire": (fire.fire, 70),
    "engine": (engines.engine, 140), "train": (trains.train, 80), "aircraft": (aircraft.aircraft, 80),
    "skid": (engines.skid, 70), "siren": (signals.siren, 80),
    "dog": (carnivores.dog, 160), "cat": (carnivores.cat, 90), "bird": (birds.bird, 110), "insect": (insects.insect, 80),
    "horse": (farm.horse, 70), "sheep": (farm.sheep, 30), "cow": (farm.cow, 30),
    "explosion": (blasts.explosion, 80), "gunshot": (blasts.gunshot, 80), "whoosh": (blasts.whoosh, 50),
    "machine": (machines.machine, 120), "applause": (crowds.applause, 50),
    "frog": (ponds.frog, 60), "frogs": (ponds.frogs, 40), "duck": (ponds.duck, 60), "ducks": (ponds.ducks, 40), "goose": (ponds.goose, 50),
    "dove": (doves.dove, 60), "goat": (goats.goat, 60), "meow": (meows.cat, 80), "baby": (people.baby, 60), "laugh": (people.laugh, 60),
    "bee": (flies.bee, 60), "fly": (flies.fly, 40), "mosquito": (flies.mosquito, 40), "telephone": (calls.telephone, 60),
    "mobile": (calls.mobile, 60), "alarm-clock": (calls.alarm, 60), "reversing": (calls.reversing, 60), "train-horn": (whistles.train_horn, 60),
    "steam-whistle": (whistles.steam_whistle, 60), "vacuum": (household.vacuum, 60), "shaver": (household.shaver, 60), "ticking": (household.ticking, 60),
    "dishes": (household.dishes, 60), "idling": (cylinders.idling, 60), "motorcycle": (cylinders.motorcycle, 60),
}


@cache
def statements(module) -> str:
    """What a module does, without how it is laid out."""
    return ast.dump(ast.parse(Path(module.__file__).read_text()))


def taken_from(module, seen: set) -> set:
    """A module of synth/ and those that it takes functions from."""
    seen.add(module)
    for value in vars(module).values():
        other = sys.modules.get(getattr(value, "__module__", None) or "")
        if other not in seen and other and other.__name__.startswith(dsp.__package__):
            taken_from(other, seen)
    return seen


@cache
def version(name: str) -> str:
    """A fingerprint of the code that makes a generator's sounds."""
    modules = taken_from(sys.modules[GENERATORS[name][0].__module__], set())
    return f"{zlib.crc32(''.join(sorted(map(statements, modules))).encode()):08x}"


def sound(name: str, index: int) -> tuple[np.ndarray, str, str]:
    """A generator's variant: samples [n] or [n, 2] with their peak at 0.7, class and caption."""
    samples, klass, caption = GENERATORS[name][0](np.random.default_rng([zlib.crc32(name.encode()), index]))
    return samples * (0.7 / np.abs(samples).max()), klass, caption


def stored(file: Path) -> dict:
    """What a file says of itself."""
    with soundfile.SoundFile(file) as flac:
        return dict(klass=flac.genre, caption=flac.title, version=flac.comment, kind=kind_of(flac.genre, file.name, flac.frames / flac.samplerate))


def make(job: tuple[str, int, Path]) -> dict:
    """One variant, as a FLAC file that carries its own class, caption and version; and its row."""
    name, index, folder = job
    file = folder / f"{name}-{index:04d}.flac"
    if not file.exists() or stored(file)["version"] != version(name):
        samples, klass, caption = sound(name, index)
        part = file.with_suffix(".part.flac")
        with soundfile.SoundFile(part, "w", paths.SAMPLE_RATE, samples.ndim, "PCM_16") as out:
            out.title, out.genre, out.license, out.comment = caption, klass, LICENCE, version(name)
            out.write(samples)
        os.replace(part, file)
    return dict(split="gen", package=paths.OWN, path=file.name, licence=LICENCE, **stored(file))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--scale", type=float, default=1.0, help="times the default number of variants")
    parser.add_argument("--only", nargs="*", choices=tuple(GENERATORS))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder = paths.rendered(options.data) / paths.OWN
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(name, index, folder) for name, (_, count) in GENERATORS.items() if not options.only or name in options.only
            for index in range(max(1, round(count * options.scale)))]
    with Pool(options.jobs, initializer=os.nice, initargs=(10,)) as pool:
        rows = list(tqdm(pool.imap(make, jobs, chunksize=4), total=len(jobs), unit="sound"))
    if options.only:
        return
    with open(folder / "rows.tsv.part", "w", newline="") as file:
        writer = csv.DictWriter(file, (*FIELDS, "version"), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(folder / "rows.tsv.part", folder / "rows.tsv")


if __name__ == "__main__":
    main()
