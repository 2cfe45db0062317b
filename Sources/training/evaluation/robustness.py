"""Synchrony on bad video: `python -m evaluation.robustness --data D [--plugin FOLDER] [--clips 12] [--set name=value ...]`

The clips of evaluation.synchrony, spoilt in ten ways; prints onset F1 at 80 ms and its ratio to that of the clips as they are.
"""

import argparse
import subprocess
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus.paths import add_data_option
from evaluation import product
from evaluation.onsets import f1, onset_times
from evaluation.synchrony import held_out
from scenes.clip import write

# Name -> ffmpeg filter and rate factor of libx264. A slow camera's picture (or a video model's) is what was there when it is first shown; of
# several that fall on one, a converter's fps=8 keeps the last, up to half of a picture's time later.
DAMAGE = {
    "as it is": ("null", 23),
    "black and white": ("format=gray", 23),
    "flicker, 6 Hz": ("eq=brightness='0.15*sin(2*PI*6*t)':eval=frame", 23),
    "heavy compression": ("null", 45),
    "8 frames/s": ("fps=8", 23),
    "8 frames/s, as a camera takes them": ("fps=8:round=up", 23),
    "12 frames/s, as a camera takes them": ("fps=12:round=up", 23),
    "16 frames/s, as a camera takes them": ("fps=16:round=up", 23),
    "144 lines": ("scale=-2:144", 28),
    "letterbox": ("pad=iw:2*ceil(ih*0.7):0:(oh-ih)/2", 23),
    "camera shake": ("crop=iw-16:ih-16:'8+6*sin(n*1.7)':'8+6*cos(n*2.3)'", 23),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--only", nargs="+", choices=list(DAMAGE), default=list(DAMAGE), metavar="DAMAGE")
    product.add_settings(parser)
    options = parser.parse_args()
    folder = options.data / "robustness"
    folder.mkdir(parents=True, exist_ok=True)
    pairs = {name: [] for name in DAMAGE if name == "as it is" or name in options.only}
    for i in tqdm(range(options.clips), mininterval=5):
        film = held_out(i)
        clean, spoilt = folder / "clean.mp4", folder / "spoilt.mp4"
        write(film, clean)
        for name in pairs:
            filters, quality = DAMAGE[name]
            command = ["ffmpeg", "-v", "error", "-y", "-i", str(clean), "-vf", f"{filters},format=yuv420p", "-c:v", "libx264", "-crf", str(quality), str(spoilt)]
            subprocess.run(command, check=True)
            sound = product.heard(product.of_file(spoilt), dict(options.set), options.plugin)
            pairs[name].append((onset_times(sound), np.array([e[0] for e in film.events])))
    whole = f1(pairs["as it is"], 0.08)
    print("| | F1 80 ms | of undamaged |\n|---|---|---|")
    for name, found in pairs.items():
        value = f1(found, 0.08)
        print(f"| {name} | {value:.3f} | {value / max(whole, 1e-9):.2f} |")


if __name__ == "__main__":
    main()
