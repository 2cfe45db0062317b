"""What the motion encoder learns from: statistics of rendered scenes as they are and spoilt, and when their events are to be heard."""

from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from models.audio_codec import LATENT_RATE
from models.motion_encoder import SCALES, STATISTICS, motion_statistics
from models.slow_video import SLOWEST, new_pictures
from scenes.spoilt import spoilt

VERSIONS = 3  # of a scene: as it is, and spoilt twice


def period_of(changed: np.ndarray) -> float:
    """Latents that a picture stays, given at which latents the picture changes [N]; 1 unless the video is slow."""
    gaps = np.diff(np.flatnonzero(changed))
    period = float(np.median(gaps[gaps <= SLOWEST])) if (gaps <= SLOWEST).any() else 1.0
    return period if period >= 1.5 else 1.0


def heard(events: list[tuple], changed: np.ndarray) -> list[tuple]:
    """(time, strength, pan) of events as they are to be heard, given at which latents the picture changes [N].

    Pictures of slow video show what was there when they began or, as converters have it, up to half of their time later. Scenes do the
    first mostly (spoilt.slow); the moment in between is right for both to a quarter of a picture's time.
    """
    period = period_of(changed)
    late = 0.15 * period / LATENT_RATE if period > 1 else 0.0
    return [(t + late, s, p) for t, s, p in events]


@torch.no_grad()
def statistics_of(scene: tuple[np.ndarray, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """(uint8 luma [N, 64, 64], version, clip) -> float16 motion statistics [N, 15, 8, 8], of spoilt pictures unless the version is 0, and
    which pictures differ from the one before [N]."""
    torch.set_num_threads(1)
    luma, version, clip = scene
    if version:
        luma = spoilt(np.random.default_rng((version, clip)), luma)
    return motion_statistics(torch.from_numpy(luma)[None].float() / 255)[0].half().numpy(), new_pictures(luma)


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
