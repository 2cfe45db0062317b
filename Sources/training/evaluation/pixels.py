"""What do pixels alone say? `python -m evaluation.pixels --data D [--seeds 10]`

Cut-out photographs of things with an obvious sound (Debian package tuxpaint-stamps-default) stand before a plain background for
some seconds; no prompt. Prints what the judge hears in the sound, beside what it hears for a plain picture (no condition).
"""

import argparse
import subprocess
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from corpus import paths
from corpus.fetch import download
from evaluation import product
from evaluation.judge import Panel, log_mel
from evaluation.prompts import PROMPTS

PACKAGE = "tuxpaint-stamps-default"
THINGS = {
    "drake": "animals/birds/drake.png", "rooster": "animals/birds/rooster.png", "dog": "animals/mammals/dogs/dog.png",
    "airliner": "vehicles/flight/planes/747.png", "sports car": "vehicles/auto/sportscar2.png",
    "guitar": "hobbies/music/string/guitar_classical.png", "violin": "hobbies/music/string/violin.png",
    "trumpet": "hobbies/music/brass/trumpet.png", "drum kit": "hobbies/music/percussion/drumkit.png",
}
SECONDS, SIDE = 5.0, 360


def photographs(data: Path) -> dict[str, Image.Image]:
    """The cut-outs, from the package's data."""
    deb = download(paths.debs(data), PACKAGE)
    if deb is None:
        raise SystemExit(f"the Debian package {PACKAGE} cannot be had")
    out = {}
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                for name, path in THINGS.items():
                    if member.name.endswith("/stamps/" + path):
                        out[name] = Image.open(tar.extractfile(member)).convert("RGBA").copy()
    return out


def film(picture: Image.Image | None, out: Path):
    """A clip of the picture on light grey, SECONDS long."""
    canvas = Image.new("RGB", (SIDE * 4 // 3, SIDE), (190, 190, 190))
    if picture is not None:
        picture = picture.copy()
        picture.thumbnail((canvas.width * 9 // 10, canvas.height * 9 // 10))
        if max(picture.width / canvas.width, picture.height / canvas.height) < 0.85:
            factor = 0.9 * min(canvas.width / picture.width, canvas.height / picture.height)
            picture = picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.LANCZOS)
        canvas.paste(picture, ((canvas.width - picture.width) // 2, (canvas.height - picture.height) // 2), picture)
    still = out.with_suffix(".png")
    canvas.save(still)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-loop", "1", "-i", still, "-t", str(SECONDS), "-r", "25", "-c:v", "libx264",
                    "-pix_fmt", "yuv420p", out], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    panel = Panel(options.data / "judge" / "judge.pt")
    classes = [c for c in panel.classes if c in PROMPTS]
    folder = options.data / "pixels-test"
    folder.mkdir(parents=True, exist_ok=True)
    table = {}
    for name, picture in tqdm([("no condition", None), *photographs(options.data).items()], mininterval=5):
        video = folder / f"{name.replace(' ', '-')}.mp4"
        film(picture, video)
        table[name] = np.mean([panel(log_mel(product.run(product.of_file(video), video.with_suffix(f".{seed}.wav"), {"seed": seed},
                                                         options.plugin)), classes) for seed in range(options.seeds)], axis=0)
    print(f"mean probability over {options.seeds} seeds that the judge gives; total variation distance from no condition")
    print(f"{'':14s}" + "".join(f"{c[:9]:>10s}" for c in classes) + "  distance")
    for name, p in table.items():
        print(f"{name:14s}" + "".join(f"{x:10.2f}" for x in p) + f"{0.5 * np.abs(p - table['no condition']).sum():10.2f}")


if __name__ == "__main__":
    main()
