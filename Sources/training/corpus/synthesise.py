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
from .synth import (aircraft, birds, blasts, carnivores, crowds, doors, dsp, engines, farm, fire, impacts, insects, machines, signals, steps, trains,
                    water, weather)

PACKAGE, LICENCE = "gst-v2a-synth", "CC0-1.0"
# How many variants of each. More where recordings are few.
GENERATORS = {
    **{f"footsteps-{ground}": (steps.footsteps(ground), 40) for ground in steps.GROUNDS},
    "wood": (impacts.wood, 110), "metal": (impacts.metal, 110), "stone": (impacts.stone, 90), "glass": (impacts.glass, 110),
    "thud": (impacts.thud, 50), "clash": (impacts.clash, 40), "bell": (impacts.bell, 80), "door": (doors.door, 90),
    "splash": (water.splash, 110), "bubbles": (water.bubbles, 70), "stream": (water.stream, 60), "waves": (water.waves, 40),
    "rain": (weather.rain, 100), "wind": (weather.wind, 60), "thunder": (weather.thunder, 80), "fire": (fire.fire, 70),
    "engine": (engines.engine, 140), "train": (trains.train, 80), "aircraft": (aircraft.aircraft, 80),
    "skid": (engines.skid, 70), "siren": (signals.siren, 80),
    "dog": (carnivores.dog, 160), "cat": (carnivores.cat, 90), "bird": (birds.bird, 110), "insect": (insects.insect, 80),
    "horse": (farm.horse, 70), "frog": (insects.frog, 30), "sheep": (farm.sheep, 30), "cow": (farm.cow, 30),
    "explosion": (blasts.explosion, 80), "gunshot": (blasts.gunshot, 80), "whoosh": (blasts.whoosh, 50),
    "machine": (machines.machine, 120), "applause": (crowds.applause, 50),
}


def version(module, seen: set | None = None) -> str:
    """A fingerprint of the statements of a module of synth/ and of those that it takes functions from."""
    seen = set() if seen is None else seen
    seen.add(module)
    for value in vars(module).values():
        other = sys.modules.get(getattr(value, "__module__", None) or "")
        if other not in seen and other and other.__name__.startswith(dsp.__package__):
            version(other, seen)
    statements = sorted(ast.dump(ast.parse(Path(m.__file__).read_text())) for m in seen)
    return f"{zlib.crc32(''.join(statements).encode()):08x}"


@cache
def version_of(name: str) -> str:
    """The same of the module that a generator is defined in."""
    return version(sys.modules[GENERATORS[name][0].__module__])


def made_by(file: Path) -> str:
    """The version that a file was made by."""
    with soundfile.SoundFile(file) as sound:
        return sound.comment


def make(job: tuple[str, int, Path]) -> dict:
    """One variant, as a FLAC file that carries its own class, caption and version; and its row."""
    name, index, folder = job
    path = f"{name}-{index:04d}.flac"
    file = folder / path
    if not file.exists() or made_by(file) != version_of(name):
        rng = np.random.default_rng([zlib.crc32(name.encode()), index])
        samples, klass, caption = GENERATORS[name][0](rng)
        part = file.with_suffix(".part.flac")
        with soundfile.SoundFile(part, "w", paths.SAMPLE_RATE, samples.ndim, "PCM_16") as out:
            out.title, out.genre, out.license, out.comment = caption, klass, LICENCE, version_of(name)
            out.write(samples * (0.7 / np.abs(samples).max()))
        os.replace(part, file)
    with soundfile.SoundFile(file) as sound:
        klass, caption, seconds = sound.genre, sound.title, sound.frames / sound.samplerate
    return dict(split="gen", klass=klass, caption=caption, package=PACKAGE, path=path, licence=LICENCE,
                kind=kind_of(klass, path, seconds), version=version_of(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--scale", type=float, default=1.0, help="times the default number of variants")
    parser.add_argument("--only", nargs="*", choices=tuple(GENERATORS))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder = paths.rendered(options.data) / PACKAGE
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
