"""The phrases that the generator learnt sounds by, so that what somebody asks for can be put in its own words.

`python -m annotations.known_phrases --data D` writes D/known_phrases.txt from the names of corpus/captions.txt: a phrase a line, or other words, "=" and the phrase to
tell instead. Those are of wordings.txt, and of silent_phrases.txt, which are told as the nearest that sounds. What training has for quiet is known as well.
D/known_phrases.safetensors has `embeddings` [lines, 384], unit sentence embeddings of the words on the left; export.py copies both into the model.
With `--ask` it writes silent_phrases.txt first, in ten minutes: names by which the product is silent with one of two seeds over a black picture.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from tqdm import tqdm

from annotations.heard import phrases
from corpus.paths import add_data_option
from evaluation import product
from evaluation.measures import SILENCE, level
from evaluation.roundtrip import MODEL
from generator.scripts import QUIET
from models.text_encoder import load_pretrained

SECONDS, SEEDS = 3, 2
WORDINGS, SILENT = (Path(__file__).with_name(name) for name in ("wordings.txt", "silent_phrases.txt"))


def is_heard(phrase: str, plugin: Path, model: Path) -> bool:
    """Whether the product gives every seed a sound by it."""
    sound = lambda seed: product.heard(product.of_nothing(SECONDS), {"prompt": phrase, "seed": seed, "model": str(model)}, plugin)
    return all(level(sound(seed)) >= SILENCE for seed in range(SEEDS))


def link_without(model: Path, folder: Path):
    """Makes a folder the model without known phrases: by them a silent one would be told otherwise."""
    for file in model.iterdir():
        if file.stem != "known_phrases":
            (folder / file.name).symlink_to(file.resolve())


def wordings() -> dict[str, str]:
    """Other words for phrases, of wordings.txt."""
    told = {}
    for line in WORDINGS.read_text().splitlines():
        if line and not line.startswith("#"):
            phrase, words = line.split(": ", 1)
            told |= {other: phrase for other in words.split("; ")}
    return told


def table(names: list[str], silent: list[str], embed: Callable[[str], torch.Tensor]) -> tuple[list[str], torch.Tensor]:
    """Lines of known_phrases.txt, and the embeddings of their words."""
    written = wordings()
    sounding = [name for name in names if name not in silent and name not in written]
    known = torch.stack([embed(name) for name in sounding])
    told = {name: sounding[int((known @ embed(name)).argmax())] for name in silent} | written
    own = sounding + [words for words in QUIET if "ambience" not in words]  # that of a city is not
    if unknown := {*told.values()} - {*own}:
        raise SystemExit(f"wordings.txt: no such phrases, or silent ones: {', '.join(sorted(unknown))}")
    return own + [f"{words}={phrase}" for words, phrase in told.items()], torch.stack([embed(words) for words in own + list(told)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN, help="folder of the plugin")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--ask", action="store_true", help="the product which phrases are silent")
    options = parser.parse_args()
    names = phrases()["names"]
    if options.ask:
        with tempfile.TemporaryDirectory() as folder, ThreadPool(os.cpu_count()) as pool:
            link_without(options.model, Path(folder))
            heard = list(tqdm(pool.imap(partial(is_heard, plugin=options.plugin, model=Path(folder)), names), total=len(names), mininterval=5))
        SILENT.write_text("".join(f"{name}\n" for name, is_so in zip(names, heard) if not is_so))
    silent = [name for name in SILENT.read_text().splitlines() if name in names]
    encoder, tokenizer = load_pretrained()
    with torch.no_grad():
        lines, embeddings = table(names, silent, lambda words: F.normalize(encoder(tokenizer(words))[1], dim=0))
    print(f"{len(names)} names of sounds, {len(silent)} of them silent; {len(lines)} lines")
    (options.data / "known_phrases.txt").write_text("".join(f"{line}\n" for line in lines))
    save_file({"embeddings": embeddings}, options.data / "known_phrases.safetensors")


if __name__ == "__main__":
    main()
