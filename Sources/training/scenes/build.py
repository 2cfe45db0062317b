"""Renders training scenes: `python -m scenes.build --data D --clips 2000` writes D/scenes/{luma.npy, events.tsv}; resumes."""

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus.paths import default_data_root
from models.audio_codec import LATENT_HOP, RATE
from scenes.film import Film

HEADER = "clip\tfamily\ttime_s\tkind\tstrength\tpan\tmaterial\n"


def event_lines(clip, film: Film) -> str:
    return "".join(f"{clip}\t{film.family}\t{t:.5f}\t{k}\t{s:.3f}\t{p:.3f}\t{m}\n" for t, k, s, p, m in film.events)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=default_data_root())
    parser.add_argument("--clips", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    folder = options.data / "scenes"
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    n = int(options.seconds * RATE / LATENT_HOP)
    size = 100  # clips per part
    for part in tqdm(range(-(-options.clips // size)), unit_scale=size, unit="clip"):
        target = folder / "parts" / f"{part:04d}.npz"
        if target.exists():
            continue
        films = [Film(np.random.default_rng((1, part * size + i)), options.seconds) for i in range(size)]
        luma = np.stack([film.grid() for film in films])
        text = "".join(event_lines(part * size + i, film) for i, film in enumerate(films))
        temporary = target.with_suffix(".tmp.npz")
        np.savez(temporary, luma=luma, events=text)
        temporary.rename(target)
    parts = [folder / "parts" / f"{p:04d}.npz" for p in range(-(-options.clips // size))]
    whole = np.lib.format.open_memmap(folder / "luma.npy", "w+", np.uint8, (len(parts) * size, n, 64, 64))
    with open(folder / "events.tsv", "w") as events:
        events.write(HEADER)
        for p, path in enumerate(parts):
            data = np.load(path)
            whole[p * size : (p + 1) * size] = data["luma"]
            events.write(str(data["events"]))
    whole.flush()


if __name__ == "__main__":
    main()
