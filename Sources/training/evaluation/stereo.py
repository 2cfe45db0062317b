"""Is what happens on the left heard on the left? `python -m evaluation.stereo --data D [--plugin FOLDER] [--clips 16]`

Rendered scenes of the training families that training never saw (other seeds): correlation of the events' horizontal position with the
level difference of right and left in the 150 ms after them, for ours, for another clip's sound, and for ours with the channels exchanged.
"""

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus.paths import add_data_option
from evaluation import product
from evaluation.measures import pan_correlation
from scenes.clip import rendered
from scenes.film import Film

SECONDS = 6.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--clips", type=int, default=16)
    options = parser.parse_args()
    folder = options.data / "stereo"
    folder.mkdir(parents=True, exist_ok=True)
    films, seed = [], 0
    while len(films) < options.clips:
        film = Film(np.random.default_rng((5, seed)), SECONDS)
        seed += 1
        if len(film.events) >= 3:
            films.append(film)
    sounds = []
    for i, film in enumerate(tqdm(films, mininterval=5)):
        video = rendered(film, folder / f"{i:02d}.mp4")
        sounds.append(product.run(product.of_file(video), video.with_suffix(".wav"), {}, options.plugin))
    events = [film.events for film in films]
    print(f"{sum(map(len, events))} events in {len(films)} clips; positions differ by {np.std([e[3] for f in events for e in f]):.2f} (standard deviation, -1..1)")
    for name, audios in (("ours", sounds), ("another clip's", sounds[1:] + sounds[:1]), ("channels exchanged", [x[:, ::-1] for x in sounds])):
        print(f"{name:20s} correlation of position and level difference {pan_correlation(audios, events):+.2f}")


if __name__ == "__main__":
    main()
