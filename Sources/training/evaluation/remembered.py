"""What judges measured of sounds that stay as they are, kept in a file by the sounds' names."""

from collections.abc import Callable
from pathlib import Path

import torch


def each(convert: Callable, found):
    """An array converted, or each of a tuple."""
    return tuple(map(convert, found)) if isinstance(found, tuple) else convert(found)


class Remembered:
    """Measurements by name, each an array or a tuple of arrays; `save` writes what was new."""

    def __init__(self, path: Path):
        self.path, self.is_new = path, False
        self.known = torch.load(path, weights_only=True) if path.exists() else {}

    def __call__(self, name: str, measure: Callable):
        """What `measure()` gives, or gave under this name."""
        if name not in self.known:
            self.known[name], self.is_new = each(torch.from_numpy, measure()), True
        return each(torch.Tensor.numpy, self.known[name])

    def save(self):
        if self.is_new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(self.known, self.path.with_suffix(".part"))
            self.path.with_suffix(".part").rename(self.path)
