"""Band energies and partials of every corpus sound, so that training clips are composed without audio.

`python -m generator.features --data D` writes D/features/{energy.f16, image.f16, partials.f16, index.tsv}: per spectral frame
(512 samples) log energies [64] and stereo image [12] (pan and correlation in six regions); every 1024 samples, levels and
positions of partials [2, 88]. Of recordings whose samples are as they were in an earlier run, the earlier features are taken.
"""

import argparse
import hashlib
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from models.audio_codec import BANDS, FLOOR, HOP, LATENT_HOP, REGIONS, SpectralEncoder
from models.partials import SLOTS, STEP, analyse, levels, louder

LONGEST = 30 * 48_000  # samples of a recording that are used


def frame_features(encoder: SpectralEncoder, audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[channels, n] -> log energies [F, 64] and image [F, 12], F a multiple of 4."""
    if audio.shape[0] == 1:
        audio = np.repeat(audio, 2, 0) * np.float32(2**-0.5)
    padded = np.zeros((2, -(-audio.shape[1] // LATENT_HOP) * LATENT_HOP), np.float32)
    padded[:, : audio.shape[1]] = audio
    total, difference, cross = encoder.energies(torch.from_numpy(padded)[None])
    sums = total @ encoder.regions.T + 1e-6
    image = torch.cat([difference / sums, (cross + 1e-6) / sums], dim=-1)
    return torch.log(total[0] + FLOOR).numpy(), image[0].numpy()


def partial_features(audio: np.ndarray, frames: int) -> np.ndarray:
    """[channels, n] -> levels and positions of partials [frames / 2, 2, SLOTS], the k-th about sample 1024 k."""
    amplitude, position = analyse(audio)
    out = np.zeros((frames * HOP // STEP, 2, SLOTS), np.float16)
    n = min(len(out), len(amplitude))
    out[:n, 0], out[:n, 1] = levels(amplitude[:n]), position[:n]
    return out


def share(corpus: Corpus, encoder: SpectralEncoder, earlier: tuple):
    """Gives a forked process what it reads."""
    global shared
    shared = corpus, encoder, *earlier
    torch.set_num_threads(1)


@torch.no_grad()
def features_of(row: dict) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]:
    """Print, energies, image and partials of a recording, float16."""
    corpus, encoder, features, known = shared
    audio = corpus.samples(row, 0, LONGEST).T
    print_of = hashlib.blake2b(audio.tobytes(), digest_size=8).hexdigest()
    if print_of in known:
        start, frames = known[print_of]
        return print_of, features.energy[start : start + frames], features.image[start : start + frames], features.partials(start, start + frames)
    energy, image = frame_features(encoder, audio)
    return print_of, energy.astype(np.float16), image.astype(np.float16), partial_features(audio, len(energy))


def earlier_features(data: Path) -> tuple:
    """Features of an earlier run and where in them those of a print are; nothing if there was none."""
    if not (data / "features" / "index.tsv").exists():
        return None, {}
    features = Features(data)
    return features, {p: features.span[i] for i, p in features.prints.items() if p}


def write_index(folder: Path, lengths: list[tuple[int, int, str]]):
    """Where each recording's frames are, of (row id, frames, print of its samples or "") in the order of the files."""
    lines, first = ["id\tfirst\tframes\tprint"], 0
    for row_id, frames, print_of in lengths:
        lines.append(f"{row_id}\t{first}\t{frames}\t{print_of}")
        first += frames
    (folder / "index.tsv").write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    corpus, encoder = Corpus(corpus_folder(options.data), split="gen"), SpectralEncoder()
    folder = options.data / "features"
    folder.mkdir(parents=True, exist_ok=True)
    lengths = []
    with open(folder / "energy.tmp", "wb") as energies, open(folder / "image.tmp", "wb") as images, \
            open(folder / "partials.tmp", "wb") as partials, Pool(options.jobs, share, (corpus, encoder, earlier_features(options.data))) as pool:
        made = pool.imap(features_of, corpus.rows, 8)
        for row, (print_of, *parts) in zip(corpus.rows, tqdm(made, total=len(corpus.rows), mininterval=5)):
            for part, file in zip(parts, (energies, images, partials)):
                part.tofile(file)
            lengths.append((row["id"], len(parts[0]), print_of))
    (folder / "index.tsv").unlink(missing_ok=True)
    for name in ("energy", "image", "partials"):
        (folder / f"{name}.tmp").rename(folder / f"{name}.f16")
    write_index(folder, lengths)


@dataclass
class Excerpt:
    """Features of a stretch of a recording."""

    energy: np.ndarray  # [n, 64], linear
    image: np.ndarray  # [n, 12]
    level: np.ndarray  # of partials [n / 2, SLOTS], 0: none
    place: np.ndarray  # their positions [n / 2, SLOTS]

    def louder(self, gain: np.ndarray) -> "Excerpt":
        """With amplitudes [n]."""
        steps = gain[:: STEP // HOP][: len(self.level), None]
        return Excerpt(self.energy * gain[:, None] ** 2, self.image, louder(self.level.astype(np.float32), steps), self.place)


class Features:
    """Read access by corpus row id."""

    def __init__(self, data: Path):
        folder = data / "features"
        lines = [line.split("\t") for line in (folder / "index.tsv").read_text().splitlines()[1:]]
        self.span = {int(i): (int(a), int(n)) for i, a, n, *_ in lines}
        self.prints = {int(i): p for i, _, _, *rest in lines for p in rest}
        self.energy = np.memmap(folder / "energy.f16", np.float16, "r").reshape(-1, BANDS)
        self.image = np.memmap(folder / "image.f16", np.float16, "r").reshape(-1, 2 * REGIONS)
        self.partial = np.memmap(folder / "partials.f16", np.float16, "r").reshape(-1, 2, SLOTS)

    def frames(self, row_id: int) -> int:
        return self.span[row_id][1]

    def partials(self, a: int, b: int) -> np.ndarray:
        """Levels and positions of partials [n / 2, 2, SLOTS] in frames a .. b of the files."""
        return self.partial[a * HOP // STEP : b * HOP // STEP]

    def read(self, row_id: int, first: int, frames: int) -> Excerpt:
        """Frames first .. first + frames; `first` is even."""
        start, count = self.span[row_id]
        a, b = start + first, start + min(first + frames, count)
        partial = self.partials(a, b)
        return Excerpt(np.exp(self.energy[a:b].astype(np.float32)) - np.float32(FLOOR), self.image[a:b].astype(np.float32),
                       partial[:, 0], partial[:, 1])


if __name__ == "__main__":
    main()
