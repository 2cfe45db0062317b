"""Bad video: luma frames as a slow or a shaking camera would have taken them."""

import cv2
import numpy as np

from models.audio_codec import LATENT_RATE

KINDS, SHARES = ("slow", "shaken", "both"), (0.45, 0.4, 0.15)


def slow(rng, luma: np.ndarray) -> np.ndarray:
    """luma [N, 64, 64] at 5 to 15 frames/s; each picture is what was there when it is first shown or, as converters that round to
    the nearest picture do it, up to half a period later."""
    n, rate, phase = len(luma), rng.uniform(5, 15), rng.random()
    early = rng.uniform(0, 0.5) if rng.random() < 0.4 else 0.0
    shown = (np.floor((np.arange(n) + 0.5) / LATENT_RATE * rate + phase) - phase + early) / rate
    return luma[np.clip(np.round(shown * LATENT_RATE - 0.5).astype(int), 0, n - 1)]


def shaken(rng, luma: np.ndarray) -> np.ndarray:
    """luma [N, 64, 64] shifted by 0.4 to 3 % of its side: anew each picture, to and fro, or as a hand wanders."""
    n, side = luma.shape[:2]
    reach, way = 10 ** rng.uniform(np.log10(0.004), np.log10(0.03)) * side, rng.integers(3)
    if way == 0:
        path = rng.standard_normal((n, 2)) * 0.7
    elif way == 1:
        path = np.sin(np.arange(n)[:, None] * rng.uniform(0.3, 3.0, 2) + rng.uniform(0, 2 * np.pi, 2))
    else:
        path, keep = rng.standard_normal((n, 2)) * 0.7, rng.uniform(0.5, 0.95)
        for i in range(1, n):
            path[i] = keep * path[i - 1] + np.sqrt(1 - keep * keep) * path[i]
    path, zoom = np.clip(path, -1.5, 1.5) * reach, 1 - 2 * reach / side
    out = np.empty_like(luma)
    for i, frame in enumerate(luma):
        if i and (frame == luma[i - 1]).all():  # the same picture, shown on
            out[i] = out[i - 1]
            continue
        middle = (side - 1) / 2 * (1 - zoom)
        where = np.array([[zoom, 0, middle + path[i, 0]], [0, zoom, middle + path[i, 1]]])
        out[i] = cv2.warpAffine(frame, where, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    return out


def spoilt(rng, luma: np.ndarray) -> np.ndarray:
    """luma [N, 64, 64] spoilt in one of the `KINDS`."""
    kind = rng.choice(KINDS, p=SHARES)
    if kind != "slow":
        luma = shaken(rng, luma)
    return slow(rng, luma) if kind != "shaken" else luma
