"""How loud parts of the spectrum of training's sounds that go on are, for `ceiling` in config.json: `python -m evaluation.ceiling --data D`

Prints percentiles over clips of the mean log energy, in dB, of a second's chunks, by part: triangles of bands that fade into one another
(`generator.train.humps`).
"""

import argparse

import numpy as np

from codec.fit import load_encoder
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from generator.batch import composed
from generator.composer import NOTHING, Composer
from generator.train import humps
from models.audio_codec import BANDS, COMPONENTS, FRAMES

CHUNK = 24  # latents


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--clips", type=int, default=900)
    options = parser.parse_args()
    encoder = load_encoder(options.data)
    composer = Composer(options.data, Corpus(corpus_folder(options.data), split="gen").rows, 2 * CHUNK)
    clips = composed(composer, encoder, options.clips, np.random.default_rng(9))
    envelopes = clips["latents"][clips["events"] == NOTHING][..., :COMPONENTS].float()
    energy = (envelopes * encoder.scale[:COMPONENTS] + encoder.offset[:COMPONENTS]) @ encoder.components + encoder.mean
    bands = energy.view(-1, CHUNK, FRAMES, BANDS).mean((1, 2))
    levels = 10 / np.log(10) * (bands @ humps().T / humps().sum(1)).numpy()
    print(f"{len(levels)} chunks")
    for percent in (50, 90, 97, 99, 100):
        print(f"{percent:3d} %", np.round(np.percentile(levels, percent, axis=0), 1).tolist())


if __name__ == "__main__":
    main()
