"""What the generator makes of each phrase that it learnt sounds by: `python -m evaluation.phrases --data D [--seeds 2] [--plugin FOLDER]`

Five seconds over a black picture, told as they are, without known phrases; prints the level and YAMNet's (evaluation.yamnet) first five names for the mean of its
log probabilities over the seeds. annotations/wordings.txt tells those otherwise that sound like another thing. Takes half an hour.
"""

import argparse
import os
import tempfile
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
from tqdm import tqdm

from annotations.heard import phrases
from annotations.known_phrases import link_without
from corpus.paths import add_data_option
from evaluation import product, yamnet
from evaluation.measures import level
from evaluation.roundtrip import MODEL

SECONDS, NAMES = 5, 5


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first", type=int, help="phrases only")
    options = parser.parse_args()
    listener, names, asked = yamnet.Listener(options.data), yamnet.names(), phrases()["names"][: options.first]
    with tempfile.TemporaryDirectory() as folder, ThreadPool(os.cpu_count()) as pool:
        link_without(options.model, Path(folder))
        sound = lambda phrase: [product.heard(product.of_nothing(SECONDS), {"prompt": phrase, "seed": seed, "model": folder}, options.plugin) for seed in range(options.seeds)]
        print("| phrase | level, dB | YAMNet hears |\n|---|---|---|")
        for phrase, sounds in zip(asked, tqdm(pool.imap(sound, asked), total=len(asked), mininterval=5)):
            heard = np.mean([listener(samples)[1] for samples in sounds], 0)
            print(f"| {phrase} | {np.mean([level(samples) for samples in sounds]):.0f} | {', '.join(names[k] for k in np.argsort(-heard)[:NAMES])} |", flush=True)


if __name__ == "__main__":
    main()
