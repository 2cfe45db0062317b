"""What judges measured of sounds that stay as they are, kept in a file by the sounds' names."""

from pathlib import Path

import numpy as np


class Remembered:
    """Measurements, each an array or a tuple of arrays; `save` writes what was new."""

    def __init__(self, path: Path):
        self.path, self.known, self.is_new = path, {}, False
        if path.exists():
            with np.load(path) as stored:
                self.known = {key: stored[key] for key in stored.files}

    def __call__(self, name: str, measure):
        """What `measure()` gives, or gave under this name."""
        if f"{name}\t0" not in self.known:
            found = measure()
            parts = found if isinstance(found, tuple) else (found,)
            self.known |= {f"{name}\t{i}": part for i, part in enumerate(parts)}
            self.known[f"{name}\t"] = np.array(len(parts) if isinstance(found, tuple) else 0)
            self.is_new = True
        count = int(self.known[f"{name}\t"])
        return tuple(self.known[f"{name}\t{i}"] for i in range(count)) if count else self.known[f"{name}\t0"]

    def save(self):
        if self.is_new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_suffix(".part.npz")
            np.savez(part, **self.known)
            part.rename(self.path)
