"""Does sound follow real footage? `python -m evaluation.footage --data D [--plugin FOLDER] [--video FILE ...] [--seconds 8] [--seeds 3]`

Footage that has its own sound is cut into pieces, and each gets a soundtrack without a prompt. Footage: the minute of a rock band
in the PyPI package iscc-samples (CC-BY-4.0), or the files named. The measure: correlation at lag 0 of the energy envelopes (dB at
20 Hz, floor 60 dB below the loudest) of generated and true sound, mean over seeds, for a piece's own true sound and for every other
piece's. Controls: the same seeds' sound 0.5 s late, the energy of the picture's motion instead of sound (no model), and noise.
The last row holds generated sound against the picture's motion instead of true sound: whether it follows what moves at all.
"""

import argparse
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from corpus import paths
from evaluation import product
from evaluation.measures import RATE, correlation_of, envelope, level, silent

ENVELOPE_RATE, LONGEST = 20, 0.1  # envelopes a second; s of lag looked at on both sides
FRAME_RATE, SIDES = 24, (96, 128)  # of the pictures of which motion is measured
SHUFFLES = 10_000


class Piece(NamedTuple):
    name: str
    video: Path
    sound: np.ndarray  # true sound [n, 2]
    motion: np.ndarray  # dB, as many as the envelope has


def decoded(*words) -> bytes:
    """What ffmpeg writes."""
    return subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True, capture_output=True).stdout


def motion(video: Path) -> np.ndarray:
    """Mean square difference of consecutive pictures (8-bit luma) in dB, floor 0.01, at the times of the envelope."""
    luma = decoded("-i", video, "-vf", f"fps={FRAME_RATE},scale={SIDES[1]}:{SIDES[0]},format=gray", "-f", "rawvideo", "-")
    luma = np.frombuffer(luma, np.uint8).reshape(-1, *SIDES).astype(np.float32)
    energy = 10 * np.log10((np.diff(luma, axis=0) ** 2).mean((1, 2)) + 0.01)
    at = (np.arange(int(len(luma) / FRAME_RATE * ENVELOPE_RATE)) + 0.5) / ENVELOPE_RATE
    return np.interp(at, (np.arange(len(energy)) + 0.5) / FRAME_RATE, energy)


def pieces(film: Path, seconds: float, folder: Path) -> list[Piece]:
    """One after the other; left out where more than a tenth is silent or the picture stands still half of the time."""
    sound = np.frombuffer(decoded("-i", film, "-vn", "-af", "aresample=async=1:first_pts=0", "-ac", 2, "-ar", RATE, "-f", "f32le", "-"), np.float32)
    length, out = round(seconds * RATE), []
    folder.mkdir(parents=True, exist_ok=True)
    for k, true in enumerate(np.split(sound.reshape(-1, 2), range(length, len(sound) // 2, length))):
        if len(true) < length or silent(true) > 0.1:
            continue
        video = folder / f"{k:02d}.mp4"
        decoded("-ss", k * seconds, "-t", seconds, "-i", film, "-an", "-c:v", "libx264", "-crf", 18, "-pix_fmt", "yuv420p", video)
        moves = motion(video)
        if np.median(moves) > -10:
            out.append(Piece(f"{film.stem} {k * seconds:g} s", video, true, moves))
    return out


def links(curves: list[list[np.ndarray]], true: list[np.ndarray]) -> np.ndarray:
    """[pieces, pieces, 2] correlation of piece i's curves (one a seed) with j's true envelope, and lag of its maximum, mean over seeds."""
    return np.array([[np.mean([correlation_of(x, y, ENVELOPE_RATE, LONGEST) for x in seeds], axis=0) for y in true] for seeds in curves])


def highest_other(r: np.ndarray) -> np.ndarray:
    """Each piece's highest correlation with what is not its own."""
    return np.where(np.eye(len(r), dtype=bool), -np.inf, r).max(1)


def chance(r: np.ndarray, rng: np.random.Generator) -> float:
    """Share of random permutations of the true sounds whose mean reaches that of the own pairings."""
    every = np.arange(len(r))
    means = [r[every, order].mean() for order in (rng.permutation(len(r)) for _ in range(SHUFFLES)) if (order != every).any()]
    return float(np.mean(np.array(means) >= np.diag(r).mean()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--video", type=Path, nargs="+", help="footage with sound, instead of that of iscc-samples")
    parser.add_argument("--seconds", type=float, default=8.0, help="of a piece")
    parser.add_argument("--seeds", type=int, default=3)
    product.add_settings(parser)
    options = parser.parse_args()
    films, settings = options.video, dict(options.set)
    if not films:
        import iscc_samples

        films = iscc_samples.videos(".mp4")
    folder, rng = options.data / "footage", np.random.default_rng(0)
    cut = [piece for n, film in enumerate(films) for piece in pieces(film, options.seconds, folder / f"{n}-{options.seconds:g}")]
    if len(cut) < 2:
        raise SystemExit("fewer than two pieces with motion and sound: nothing to shuffle")
    sounds = [[product.run(product.of_file(p.video), p.video.with_suffix(f".{seed}.wav"), {"seed": seed, **settings}, options.plugin)
               for seed in range(options.seeds)] for p in tqdm(cut, mininterval=5)]

    true, moving = [envelope(p.sound, ENVELOPE_RATE) for p in cut], [p.motion for p in cut]
    ours = [[envelope(x, ENVELOPE_RATE) for x in seeds] for seeds in sounds]
    late = ENVELOPE_RATE // 2
    cases = {
        "ours": ours,
        "ours, 0.5 s late": [[np.roll(x, late) for x in seeds] for seeds in ours],
        "motion of the picture": [[x] for x in moving],
        "noise": [[envelope(rng.standard_normal((len(p.sound), 2)), ENVELOPE_RATE) for _ in range(options.seeds)] for p in cut],
    }
    tables = {name: links(curves, true) for name, curves in cases.items()} | {"ours against motion": links(ours, moving)}
    print("| piece | level, dB | true | own r | highest other r | motion: own r | highest other r |\n|---|---|---|---|---|---|---|")
    others = [highest_other(tables[name][..., 0]) for name in ("ours", "motion of the picture")]
    for i, p in enumerate(cut):
        own, motions = tables["ours"][i, i, 0], tables["motion of the picture"][i, i, 0]
        print(f"| {p.name} | {np.mean([level(x) for x in sounds[i]]):.1f} | {level(p.sound):.1f} | {own:+.3f} | {others[0][i]:+.3f} "
              f"| {motions:+.3f} | {others[1][i]:+.3f} |")
    print(f"\n{len(cut)} pieces of {options.seconds:g} s, {options.seeds} seeds; above all others by chance: {1 / len(cut):.2f} of the pieces\n")
    print(f"| | own r | shuffled r | best lag within {1000 * LONGEST:.0f} ms, ms | own above every other | shuffles that reach own |\n|---|---|---|---|---|---|")
    for name, table in tables.items():
        r, apart = table[..., 0], ~np.eye(len(cut), dtype=bool)
        print(f"| {name} | {np.diag(r).mean():+.3f} | {r[apart].mean():+.3f} (deviation {r[apart].std():.3f}) | {1000 * np.median(np.diag(table[..., 1])):+.0f} "
              f"| {(np.diag(r) > highest_other(r)).sum()} of {len(cut)} | {chance(r, rng):.3f} |")


if __name__ == "__main__":
    main()
