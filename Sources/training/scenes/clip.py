"""Writes one rendered scene as a video: `python -m scenes.clip OUT.mp4 --family bounce --seed 3 --seconds 6` (needs ffmpeg)."""

import argparse
import subprocess
from pathlib import Path

import numpy as np

from scenes.film import Film


def write(film: Film, out: Path, width: int = 320, height: int = 240):
    """H.264, 4:2:0, at the film's own frame rate."""
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
               "-r", f"{film.rate:.6f}", "-i", "-", "-c:v", "libx264", "-crf", "23", "-pix_fmt", "yuv420p", str(out)]
    encoder = subprocess.Popen(command, stdin=subprocess.PIPE)
    for i in range(int(film.seconds * film.rate)):
        picture = film.frame(i / film.rate, height, width, 3)
        encoder.stdin.write((picture * 255 + 0.5).astype(np.uint8).tobytes())
    encoder.stdin.close()
    if encoder.wait():
        raise SystemExit("ffmpeg failed")


def rendered(film: Film, out: Path) -> Path:
    """The video of a film, written unless it is there; a note of the events beside it tells whether it is still the same film."""
    note, events = out.with_suffix(".events"), repr(film.events)
    if not (out.exists() and note.exists() and note.read_text() == events):
        write(film, out)
        note.write_text(events)
    return out


def find(family: str, seed: int, seconds: float, held_out: bool = False) -> Film:
    """The first film of a family from `seed` on."""
    while True:
        film = Film(np.random.default_rng((3, seed)), seconds, held_out)
        if film.family == family:
            return film
        seed += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--family", default="bounce")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    film = find(options.family, options.seed, options.seconds)
    write(film, options.out)
    print("events at", ", ".join(f"{t:.2f} s" for t, *_ in film.events))


if __name__ == "__main__":
    main()
