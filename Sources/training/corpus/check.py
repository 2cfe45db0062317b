"""Checks a finished corpus: the store fits its index, splits share no package, ``gen`` is openly licensed; names the lines
of captions.txt that speak of nothing in it.

    python -m corpus.check [--data DIR] [--name corpus]
"""

import argparse
import re

import numpy as np

from . import paths
from .captions import captions_for, entry_for, vocabulary
from .classes import CLASSES
from .store import Corpus

OPEN = re.compile(r"CC0|CC-BY|public-domain|MIT|Expat|BSD|freedoom|ZLib|WTFPL|ISC|Apache", re.I)
CLOSED = re.compile(r"-NC|-ND", re.I)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--name", default="corpus")
    options = parser.parse_args()
    corpus = Corpus(paths.corpus(options.data, options.name))
    rng = np.random.default_rng(0)
    end, owner, spoken = 0, {}, set()
    for row in corpus.rows:
        assert row["offset_samples"] == end, row
        end += row["n_samples"] * row["channels"]
        assert row["klass"] in CLASSES and row["channels"] in (1, 2), row
        assert owner.setdefault(row["package"], row["split"]) == row["split"], row["package"]
        if row["split"] == "gen":
            assert OPEN.search(row["licence"]) and not CLOSED.search(row["licence"]), row
            assert captions_for(row, rng)
            spoken.add(entry_for(row["klass"], row["caption"])[:2])
    assert end == len(corpus.audio), (end, len(corpus.audio))
    unused = [f"{klass}:{word}" for klass, word, _, _ in vocabulary() if (klass, word) not in spoken]
    if unused:  # drums are drawn by chance
        print("captions.txt: nothing is called", ", ".join(unused))
    for row in rng.choice(corpus.rows, min(500, len(corpus.rows)), replace=False):
        samples = corpus.samples(row)
        assert np.isfinite(samples).all() and 0.05 < np.abs(samples).max() <= 1, row
    print(f"{len(corpus.rows)} clips, {2 * end / 1e9:.2f} GB: consistent")


if __name__ == "__main__":
    main()
