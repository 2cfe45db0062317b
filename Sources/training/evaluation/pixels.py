"""What do pixels alone say? `python -m evaluation.pixels --data D [--seeds 6] [--judge audioset]`

Forty cut-out photographs of things with an obvious sound, and ten of things without one (Debian package
tuxpaint-stamps-default), stand before a plain background for some seconds; no prompt. Prints what the judge hears in the sound,
how often the right group is among its first three, and what the things without a sound were given. Control: the sound of the
other photographs, held against the same groups.
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
from evaluation import audioset, product, yamnet
from evaluation.confusions import among_first
from evaluation.judge import Panel, log_mel
from evaluation.measures import level
from evaluation.onsets import onset_times
from evaluation.prompts import PROMPTS

PACKAGE = "tuxpaint-stamps-default"
# Which groups of the judge are right for what is seen, and the folder's photographs of it.
OBVIOUS = {
    ("animal",): "animals/mammals/ dogs/dog dogs/dingo dogs/fox cats/lion cats/tiger bears/bear bovines/bull bovines/cow bovines/sheep equines/horse "
                 "equines/donkey elephant pig",
    ("bird", "animal"): "animals/birds/ rooster hen drake gander owl peacock crow magpie seagull",  # recordings of fowl count as farm animals
    ("vehicle",): "vehicles/ auto/sedan auto/sportscar2 auto/truck auto/beetle emergency/firetruck garbagetruck race/indycar flight/planes/747",
    ("instrument",): "hobbies/music/ string/guitar_classical string/guitar_electric string/violin string/cello brass/trumpet wind/bassoon",
    ("drums",): "hobbies/music/percussion/ drumkit drum_tomtom_floor cymbal_crash",
    ("fire",): "naturalforces/ fire",
}
QUIET = "food/ fruit/banana fruit/pear fruit/strawberry vegetables/carrot vegetables/potato vegetables/mushroom nuts/walnut pizza spices/ginger fruit/lemon"
SECONDS, SIDE = 5.0, 360
LOUD = -40.0  # dB of full scale; what has an onset and is louder counts as an event


def paths_of(line: str) -> list[str]:
    """A folder and what is in it -> paths below the package's stamps."""
    folder, *names = line.split()
    return [f"{folder}{name}.png" for name in names]


def photographs(data: Path, wanted: list[str]) -> dict[str, Image.Image]:
    """The cut-outs, from the package's data, in the order wanted."""
    deb = download(paths.debs(data), PACKAGE)
    if deb is None:
        raise SystemExit(f"the Debian package {PACKAGE} cannot be had")
    out = {}
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                path = member.name.partition("/stamps/")[2]
                if path in wanted:
                    out[path] = Image.open(tar.extractfile(member)).convert("RGBA").copy()
    if missing := set(wanted) - set(out):
        raise SystemExit(f"{PACKAGE} lacks {', '.join(sorted(missing))}")
    return {path: out[path] for path in wanted}


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


def found(p: np.ndarray, groups, classes: list[str], first: int = 3) -> bool:
    """Whether one of `groups` is among the likeliest `first`."""
    return any(among_first(p, classes.index(g), first) for g in groups)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--judge", choices=("groups", "audioset"), default="groups", help="as for evaluation.prompts; audioset's classes by groups")
    product.add_settings(parser)
    options = parser.parse_args()
    if options.judge == "audioset":
        panel, listener = audioset.Groups(options.data / "judge" / "audioset.npz"), yamnet.Listener(options.data)
        classes, measure = panel.classes, lambda sound: listener(sound)[1]
    else:
        panel, measure = Panel(options.data / "judge" / "judge.pt"), log_mel
        classes = [c for c in panel.classes if c in PROMPTS]
    settings, quiet = dict(options.set), paths_of(QUIET)
    right = {path: groups for groups, line in OBVIOUS.items() for path in paths_of(line)}
    folder = options.data / "pixels-test"
    folder.mkdir(parents=True, exist_ok=True)

    heard, levels, events = {}, {}, {}
    for path, picture in tqdm([("nothing", None), *photographs(options.data, [*right, *quiet]).items()], mininterval=5):
        video = folder / (path.replace("/", "-").removesuffix(".png") + ".mp4")
        film(picture, video)
        sounds = [product.run(product.of_file(video), video.with_suffix(f".{seed}.wav"), {"seed": seed, **settings}, options.plugin)
                  for seed in range(options.seeds)]
        heard[path] = np.mean([panel(measure(sound), classes) for sound in sounds], axis=0)
        levels[path] = [level(sound) for sound in sounds]
        events[path] = [loudness > LOUD and len(onset_times(sound)) > 0 for loudness, sound in zip(levels[path], sounds)]

    print(f"mean probability over {options.seeds} seeds that the judge gives; * where a right group is among the first three; level, dB")
    print(f"{'':34s}" + "".join(f"{c[:9]:>10s}" for c in classes) + "     level")
    for path, p in heard.items():
        mark = "*" if path in right and found(p, right[path], classes) else " "
        print(f"{path.removesuffix('.png')[-32:]:32s} {mark} " + "".join(f"{x:9.2f} " for x in p) + f"{np.mean(levels[path]):9.1f}")
    print("group                right in the first three   first   control: other pictures' sound in the first three")
    totals = []
    for groups, line in OBVIOUS.items():
        own = paths_of(line)
        others = [p for q, p in heard.items() if q in right and right[q] != groups]
        row = [np.mean([found(heard[q], groups, classes) for q in own]), np.mean([found(heard[q], groups, classes, 1) for q in own]),
               np.mean([found(p, groups, classes) for p in others])]
        totals.append((len(own), row))
        print(f"{' or '.join(groups):16s} {len(own):3d} {row[0]:26.2f} {row[1]:7.2f} {row[2]:12.2f}")
    mean = np.average([r for _, r in totals], axis=0, weights=[n for n, _ in totals])
    print(f"{'all':16s} {len(right):3d} {mean[0]:26.2f} {mean[1]:7.2f} {mean[2]:12.2f}")
    print(f"things without a sound: level {np.mean([levels[q] for q in quiet]):.1f} dB, "
          f"{np.mean([events[q] for q in quiet]):.2f} have an onset and are above {LOUD:.0f} dB (things with a sound: {np.mean([events[q] for q in right]):.2f})")


if __name__ == "__main__":
    main()
