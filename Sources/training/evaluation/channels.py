"""Samples as the judges take them."""

import numpy as np


def mono(samples: np.ndarray) -> np.ndarray:
    """[n] or [n, channels] -> [n], contiguous float32."""
    return np.ascontiguousarray(samples.mean(1) if samples.ndim == 2 else samples, dtype=np.float32)


def of_unit_power(x: np.ndarray) -> np.ndarray:
    """[n], scaled to a mean square of 1; silence stays silent."""
    return x / max(np.sqrt((x**2).mean()), 1e-6)
