"""Samples as the judges take them."""

import numpy as np


def mono(samples: np.ndarray) -> np.ndarray:
    """[n] or [n, channels] -> [n], contiguous float32."""
    return np.ascontiguousarray(samples.mean(1) if samples.ndim == 2 else samples, dtype=np.float32)
