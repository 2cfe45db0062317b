"""aiSFX (Ma & Lerch, ISMIR 2022; MIT, weights CC-BY-4.0): a network that learned the categories of nine commercial libraries of sound effects.

`pip install --no-deps aisfx`: the package ships its weights; the transform below is its own with librosa, from samples instead of files.
"""

from functools import cache

import librosa
import numpy as np
import soxr
import torch

from evaluation.channels import mono

RATE, SIZE, HOP, BANDS = 44_100, 2048, 1024, 96
BLOCK = 100  # frames that are shown at once, 2.3 s; blocks overlap by half
HIGHEST = 9.457798957824707  # what the network's training scaled to 1
MOST = 4  # blocks of a sound
WIDTH = 512
SAFE = [(np.core.multiarray.scalar, "numpy.core.multiarray.scalar"), np.dtype, np.dtypes.Int64DType]  # how many classes each library has


@cache
def bank() -> torch.Tensor:
    return torch.from_numpy(librosa.filters.mel(sr=RATE, n_fft=SIZE, n_mels=BANDS, fmin=0, fmax=RATE / 2, htk=True, norm=1).astype(np.float32).T)


def blocks(samples: np.ndarray, rate: int = 48_000) -> torch.Tensor:
    """[n] or [n, channels] -> log-mel [blocks, BLOCK, BANDS] of the sound with its loudest sample at full scale."""
    heard = soxr.resample(mono(samples), rate, RATE)
    heard = np.pad(heard / (np.abs(heard).max() + 1e-9), (SIZE // 2, SIZE))
    frames = torch.from_numpy(heard).unfold(0, SIZE, HOP) * torch.hann_window(SIZE)
    mel = torch.log10(1 + 1e4 * (torch.fft.rfft(frames).abs().square() @ bank())) / HIGHEST
    count = min(MOST, max(1, -(-(len(mel) - BLOCK) // (BLOCK // 2)) + 1))
    mel = torch.nn.functional.pad(mel, (0, 0, 0, max(0, BLOCK // 2 * (count + 1) - len(mel))))
    return mel.unfold(0, BLOCK, BLOCK // 2)[:count].transpose(1, 2)


class Listener:
    def __init__(self):
        try:
            from aisfx.inference import get_path_modelWeights
            from aisfx.models.cnn2d import CrossNet, EmbeddingNet
        except ImportError:
            raise SystemExit("aiSFX is missing: pip install --no-deps aisfx") from None
        with torch.serialization.safe_globals(SAFE):
            weights, libraries = torch.load(get_path_modelWeights(), map_location="cpu", weights_only=True)
        whole = CrossNet(EmbeddingNet("max", 3, 1, 64), libraries, "cpu")
        whole.load_state_dict(weights)
        self.network = whole.embedding_net.eval()

    @torch.no_grad()
    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """[2 WIDTH]: mean and maximum over blocks."""
        x = self.network(blocks(samples))
        return torch.cat([x.mean(0), x.amax(0)]).numpy()
