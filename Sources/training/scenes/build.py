"""Renders training scenes: `python -m scenes.build --data D --clips 2000` writes D/scenes/{luma.npy, events.tsv}; resumes."""

import argparse
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus.paths import add_data_option
from models.audio_codec import LATENT_HOP, RATE
from scenes.film import Film

SIZE = 100  # clips per part
HEADER = "clip\tfamily\ttime_s\tkind\tstrength\tpan\tmaterial\n"


def event_lines(clip, film: Film) -> str:
    return "".join(f"{clip}\t{film.family}\t{t:.5f}\t{k}\t{s:.3f}\t{p:.3f}\t{m}\n" for t, k, s, p, m in film.events)


def read_events(path: Path, clips: int) -> list[list[tuple[float, float, float]]]:
    """(time, strength, pan) per clip."""
    out = [[] for _ in range(clips)]
    for line in path.read_text().splitlines()[1:]:
        clip, _, t, _, s, p, _ = line.split("\t")
        out[int(clip)].append((float(t), float(s), float(p)))
    return out


def make_part(part: int, folder: Path, seconds: float):
    """Renders clips SIZE * part and on, unless they are there."""
    target = folder / f"{part:04d}.npz"
    if target.exists():
        return
    films = [Film(np.random.default_rng((1, part * SIZE + i)), seconds) for i in range(SIZE)]
    luma = np.stack([film.grid() for film in films])
    text = "".join(event_lines(part * SIZE + i, film) for i, film in enumerate(films))
    temporary = target.with_suffix(".tmp.npz")
    np.savez(temporary, luma=luma, events=text)
    temporary.rename(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--clips", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder = options.data / "scenes"
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    n, parts = int(options.seconds * RATE / LATENT_HOP), range(-(-options.clips // SIZE))
    make = partial(make_part, folder=folder / "parts", seconds=options.seconds)
    with Pool(options.jobs) as pool:
        for _ in tqdm(pool.imap_unordered(make, parts), total=len(parts), unit="part"):
            pass
    whole = np.lib.format.open_memmap(folder / "luma.npy", "w+", np.uint8, (len(parts) * SIZE, n, 64, 64))
    with open(folder / "events.tsv", "w") as events:
        events.write(HEADER)
        for p in parts:
            data = np.load(folder / "parts" / f"{p:04d}.npz")
            whole[p * SIZE : (p + 1) * SIZE] = data["luma"]
            events.write(str(data["events"]))
    whole.flush()


if __name__ == "__main__":
    main()
