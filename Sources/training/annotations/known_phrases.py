"""The phrases that the generator learnt sounds by, so that what somebody asks for can be put in its own words.

`python -m annotations.known_phrases --data D` takes the names of corpus/captions.txt, finds those by which the product is silent with one of two seeds over a black
picture, and writes D/known_phrases.txt, one a line, the silent ones after a "-", and D/known_phrases.safetensors: `embeddings` [N, 384], their unit sentence
embeddings. Takes ten minutes; export.py copies both into the model.
"""

import argparse
import os
import tempfile
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
from models.text_encoder import load_pretrained

SECONDS, SEEDS = 3, 2


def is_heard(phrase: str, plugin: Path, model: Path) -> bool:
    """Whether the product gives every seed a sound by it."""
    sound = lambda seed: product.heard(product.of_nothing(SECONDS), {"prompt": phrase, "seed": seed, "model": str(model)}, plugin)
    return all(level(sound(seed)) >= SILENCE for seed in range(SEEDS))


def link_without(model: Path, folder: Path):
    """Makes a folder the model without known phrases: by them a silent one would be told otherwise."""
    for file in model.iterdir():
        if file.stem != "known_phrases":
            (folder / file.name).symlink_to(file.resolve())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN, help="folder of the plugin")
    parser.add_argument("--model", type=Path, default=MODEL)
    options = parser.parse_args()
    told = phrases()["names"]
    with tempfile.TemporaryDirectory() as folder, ThreadPool(os.cpu_count()) as pool:
        link_without(options.model, Path(folder))
        heard = list(tqdm(pool.imap(partial(is_heard, plugin=options.plugin, model=Path(folder)), told), total=len(told), mininterval=5))
    silent = [phrase for phrase, is_so in zip(told, heard) if not is_so]
    print(f"{len(told)} phrases, {len(silent)} of them silent: {', '.join(silent)}")
    encoder, tokenizer = load_pretrained()
    with torch.no_grad():
        embeddings = torch.stack([F.normalize(encoder(tokenizer(phrase))[1], dim=0) for phrase in told])
    (options.data / "known_phrases.txt").write_text("".join(f"{'-' if phrase in silent else ''}{phrase}\n" for phrase in told))
    save_file({"embeddings": embeddings}, options.data / "known_phrases.safetensors")


if __name__ == "__main__":
    main()
