"""What the motion encoder learns from: statistics of rendered scenes as they are and spoilt, and when their events are to be heard."""

from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from models.audio_codec import LATENT_RATE
from models.motion_encoder import SCALES, STATISTICS, motion_statistics
from scenes.spoilt import spoilt

VERSIONS = 3  # of a scene: as it is, and spoilt twice
SLOWEST = 5  # latents that a picture stays, in video that is not simply still


def heard_at(times: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """When events at `times` are to be heard, given at which latents the picture changes [N].

    In slow video an event shows first in the picture after it: nobody can know how long before. Sound belongs a little before that picture: then
    it lies within half a period of the event, whether a picture shows what was there when it began or, as converters have it, a little later.
    """
    at = np.flatnonzero(changed)
    gaps = np.diff(at)
    period = float(np.median(gaps[gaps <= SLOWEST])) if (gaps <= SLOWEST).any() else 1.0
    if period < 1.5:
        return times
    pictures = np.append((at + 0.5) / LATENT_RATE, np.inf)
    shown = pictures[np.searchsorted(pictures, times)]
    wanted = np.maximum(shown - 0.3 * period / LATENT_RATE, 0.0)
    return np.where(shown - times > 1.2 * period / LATENT_RATE, times, wanted)


def heard(events: list[tuple], changed: np.ndarray) -> list[tuple]:
    """(time, strength, pan) of events as the pictures tell of them, see heard_at."""
    times = heard_at(np.array([t for t, _, _ in events]), changed)
    return [(float(t), s, p) for t, (_, s, p) in zip(times, events)]


@torch.no_grad()
def statistics_of(scene: tuple[np.ndarray, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """(uint8 luma [N, 64, 64], version, clip) -> float16 motion statistics [N, 15, 8, 8], of spoilt pictures unless the version is 0, and
    which pictures differ from the one before [N]."""
    torch.set_num_threads(1)
    luma, version, clip = scene
    if version:
        luma = spoilt(np.random.default_rng((version, clip)), luma)
    changed = np.append(True, (luma[1:] != luma[:-1]).any((1, 2)))
    return motion_statistics(torch.from_numpy(luma)[None].float() / 255)[0].half().numpy(), changed


def reduced(scenes: Path, jobs: int) -> tuple[np.ndarray, np.ndarray]:
    """Of all versions of all scenes, computed once per luma.npy: motion statistics [versions, clips, N, 15, 8, 8], float16, and which
    pictures differ from the one before [versions, clips, N]."""
    luma, paths = np.load(scenes / "luma.npy", mmap_mode="r"), [scenes / "statistics.npy", scenes / "changed.npy"]
    shape = (VERSIONS, *luma.shape[:2])
    newer = lambda p: p.exists() and p.stat().st_mtime >= (scenes / "luma.npy").stat().st_mtime
    if not all(newer(p) and np.load(p, mmap_mode="r").shape[:3] == shape for p in paths):
        temporary, changed = scenes / "statistics.tmp.npy", np.zeros(shape, bool)
        out = np.lib.format.open_memmap(temporary, "w+", np.float16, (*shape, STATISTICS * len(SCALES), 8, 8))
        with Pool(jobs) as pool:
            for version in range(VERSIONS):
                parts = pool.imap(statistics_of, ((frames, version, i) for i, frames in enumerate(luma)), 8)
                for i, part in enumerate(tqdm(parts, desc=f"statistics {version + 1}/{VERSIONS}", total=len(luma), mininterval=5)):
                    out[version, i], changed[version, i] = part
        out.flush()
        temporary.rename(paths[0])
        np.save(paths[1], changed)
    return np.load(paths[0], mmap_mode="r"), np.load(paths[1])
