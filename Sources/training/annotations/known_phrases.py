"""The phrases that the generator learnt sounds by, so that what somebody asks for can be put in its own words.

`python -m annotations.known_phrases --data D` takes the names of corpus/captions.txt, finds those by which the product is silent with one of two seeds over a black
picture, and writes D/known_phrases.txt, one a line, the silent ones after a "-", and D/known_phrases.safetensors: `embeddings` [N, 384], their unit sentence
embeddings. Takes ten minutes; export.py copies both into the model.
"""

import argparse
import os
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from tqdm import tqdm

from annotations.heard import phrases
from corpus.paths import add_data_option
from evaluation import product
from models.text_encoder import load_pretrained

SECONDS, SEEDS = 3, 2
SILENT = -60.0  # dB of full scale: below this nothing is heard


def is_heard(phrase: str, plugin: Path) -> bool:
    """Whether the product gives every seed a sound by it."""
    for seed in range(SEEDS):
        sound = product.heard(product.of_nothing(SECONDS), {"prompt": phrase, "seed": seed}, plugin)
        if 10 * np.log10(np.square(sound).mean() + 1e-12) < SILENT:
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN, help="folder of a plugin whose model has no known phrases yet")
    options = parser.parse_args()
    told = phrases()["names"]
    with ThreadPool(os.cpu_count()) as pool:
        heard = list(tqdm(pool.imap(partial(is_heard, plugin=options.plugin), told), total=len(told), mininterval=5))
    silent = [phrase for phrase, is_so in zip(told, heard) if not is_so]
    print(f"{len(told)} phrases, {len(silent)} of them silent: {', '.join(silent)}")
    encoder, tokenizer = load_pretrained()
    with torch.no_grad():
        embeddings = torch.stack([F.normalize(encoder(tokenizer(phrase))[1], dim=0) for phrase in told])
    (options.data / "known_phrases.txt").write_text("".join(f"{'-' if phrase in silent else ''}{phrase}\n" for phrase in told))
    save_file({"embeddings": embeddings}, options.data / "known_phrases.safetensors")


if __name__ == "__main__":
    main()
