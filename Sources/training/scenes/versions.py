"""What the motion encoder learns from: statistics of rendered scenes as they are and spoilt."""

from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from models.motion_encoder import SCALES, STATISTICS, motion_statistics
from models.slow_video import new_pictures
from scenes.spoilt import spoilt

VERSIONS = 3  # of a scene: as it is, and spoilt twice


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
