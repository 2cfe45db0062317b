"""Does what the generator is taught sound like what it is? `python -m evaluation.composed --data D [--only gunfire splash] [--count 20]`

Clips of a single sound, composed as for training (generator.composer) where events come by chance, and decoded, are heard by YAMNet: how often
their class is the first of the 39 of evaluation.audioset, and among its first three. Beside them the recordings that they were made of,
through the codec. What composing does to a sound, the generator learns.
"""

import argparse
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from evaluation import audioset, synthesis
from generator.batch import latents
from generator.composer import Composer
from generator.mixture import Mixture
from models.audio_codec import LATENT_RATE

SECONDS = 5


def share(data: Path):
    """Gives a process a composer and ears."""
    global composer
    synthesis.share(data)
    composer = Composer(data, synthesis.corpus.rows, int(SECONDS * LATENT_RATE))


@torch.no_grad()
def clip(number: int, seed: int) -> np.ndarray:
    """[n, 2]: the sound of row `number` as training has it."""
    mix = Mixture(composer.frames)
    composer.layer(np.random.default_rng((number, seed)), mix, number, None, 0.0)
    one = lambda x: torch.from_numpy(x[None])
    return synthesis.codec.decoded(latents(synthesis.codec.encoder, *map(one, (mix.total, mix.difference, mix.cross, mix.slots()))))


def both(number: int) -> tuple:
    """(first class and rank of a recording through the codec, those of a clip made of it)."""
    row = synthesis.corpus.rows[number]
    samples = synthesis.corpus.samples(row, 0, SECONDS * 48_000)
    return tuple(synthesis.heard(x, row["klass"])[:2] for x in (synthesis.codec(samples), clip(number, 0)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--only", nargs="*", choices=sorted(audioset.CLASS_OF))
    parser.add_argument("--count", type=int, default=20, help="recordings of each class, drawn by chance")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    rows, means = Corpus(corpus_folder(options.data), split="gen").rows, []
    print("class          n  recordings   composed      clips are heard most as")
    with Pool(options.jobs, share, (options.data,)) as pool:
        for klass in options.only or sorted({row["klass"] for row in rows} & set(audioset.CLASS_OF)):
            numbers = [i for i, row in enumerate(rows) if row["klass"] == klass]
            some = np.random.default_rng(0).permutation(numbers)[: options.count]
            results = pool.map(both, map(int, some), 1)
            rates = [(np.mean([r[k][0] == 0 for r in results]), np.mean([r[k][0] < 3 for r in results])) for k in (0, 1)]
            means.append(rates)
            most = ", ".join(f"{name} {n}" for name, n in Counter(r[1][1] for r in results).most_common(4))
            print(f"{klass:12s} {len(results):3d}  " + "   ".join(f"{a:.2f} / {b:.2f}" for a, b in rates) + f"   {most}", flush=True)
    print(f"{'mean':12s}      " + "   ".join(f"{a:.2f} / {b:.2f}" for a, b in np.mean(means, 0)))


if __name__ == "__main__":
    main()
