"""Prompts that nobody here chose: `python -m evaluation.names --data D [--plugin FOLDER] [--seed 0] [--set name=value ...]`

Each of AudioSet's 521 names but "Silence" is a prompt, five seconds over a black picture. Prints how many leave silence, and how often the name is among
the first of those that YAMNet (evaluation.yamnet) hears; as control, where it is in the sound of another name, half of the list away.
"""

import argparse
import os
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus.paths import add_data_option
from evaluation import product, yamnet
from evaluation.measures import SILENCE, level

SECONDS = 5
TOP = (1, 3, 10, 30)


def row(title: str, levels: np.ndarray, ranks: np.ndarray) -> str:
    """Of ranks from 0 on, where silence has the last."""
    shares = " | ".join(f"{(ranks < top).mean():.3f}" for top in TOP)
    return f"| {title} | {(levels < SILENCE).mean():.3f} | {shares} | {np.median(ranks) + 1:.0f} |"


def best(of: list[int], scores: np.ndarray) -> int:
    """Rank, from 0 on, of that of names `of` which is heard most."""
    return int(min((scores > scores[k]).sum() for k in of))


def report(asked: list[tuple[str, list[int]]], options: argparse.Namespace, what: str, another: str) -> list[str]:
    """Prints how often any of a prompt's names, numbers of YAMNet's, is heard in its sound and in another's; prompts that leave silence."""
    listener, count = yamnet.Listener(options.data), len(yamnet.names())
    sound = lambda one: product.heard(product.of_nothing(SECONDS), {"prompt": one[0], "seed": options.seed, **dict(options.set)}, options.plugin)
    levels, heard = [], []
    with ThreadPool(os.cpu_count()) as pool:
        for samples in tqdm(pool.imap(sound, asked), total=len(asked), mininterval=5):
            levels.append(level(samples))
            heard.append(listener(samples)[1] if levels[-1] >= SILENCE else np.full(count, -np.inf))
    levels, heard = np.array(levels), np.stack(heard)
    ranks = lambda sounds: np.array([best(of, scores) if np.isfinite(scores[0]) else count - 1 for (_, of), scores in zip(asked, sounds)])
    half = len(asked) // 2
    print(f"| prompts | silent | {' | '.join(f'first {top}' for top in TOP)} | median rank |\n|---|---|{'---|' * (len(TOP) + 1)}")
    print(row(f"{len(asked)} {what}", levels, ranks(heard)))
    print(row(f"in another {another}'s sound", np.roll(levels, half), ranks(np.roll(heard, half, 0))))
    return [prompt for (prompt, _), loud in zip(asked, levels) if loud < SILENCE]


def add_options(parser: argparse.ArgumentParser):
    """What `report` asks for."""
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--seed", type=int, default=0)
    product.add_settings(parser)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    options = parser.parse_args()
    asked = [(name, [k]) for k, name in enumerate(yamnet.names()) if name != "Silence"]
    print(f"silent: {', '.join(report(asked, options, 'names', 'name'))}")


if __name__ == "__main__":
    main()
