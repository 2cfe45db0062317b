"""Drawing: backgrounds, sprites and film defects as numpy images in 0..1 (luma; colour by tint)."""

import numpy as np


def smooth_noise(rng, size: int, cells: int) -> np.ndarray:
    """[size, size] in 0..1: bilinear noise of `cells` x `cells` random values."""
    grid = rng.random((cells + 1, cells + 1))
    u = np.linspace(0, cells - 1e-6, size)
    i, f = u.astype(int), u - u.astype(int)
    rows = grid[i] * (1 - f)[:, None] + grid[i + 1] * f[:, None]
    return rows[:, i] * (1 - f) + rows[:, i + 1] * f


def texture(rng, size: int = 256) -> np.ndarray:
    """A random surface: flat, gradient, stripes, checks, clouds of several octaves, speckle."""
    y, x = np.mgrid[0:size, 0:size] / size
    kind = rng.integers(6)
    if kind == 0:
        t = np.full((size, size), 0.5)
    elif kind == 1:
        a = rng.uniform(0, 2 * np.pi)
        t = 0.5 + 0.5 * (np.cos(a) * (x - 0.5) + np.sin(a) * (y - 0.5))
    elif kind == 2:
        a, k = rng.uniform(0, np.pi), rng.uniform(4, 30)
        t = 0.5 + 0.5 * np.sin(2 * np.pi * k * (np.cos(a) * x + np.sin(a) * y))
    elif kind == 3:
        k = rng.integers(3, 14)
        t = ((x * k).astype(int) + (y * k).astype(int)) % 2
    elif kind == 4:
        t = sum(smooth_noise(rng, size, 2**o) * 0.5**i for i, o in enumerate((2, 3, 4, 5, 6))) / 1.9
    else:
        t = 0.7 * smooth_noise(rng, size, 4) + 0.3 * rng.random((size, size))
    low, high = np.sort(rng.random(2))
    return (low + (high - low) * t).astype(np.float32)


class Sprite:
    """A shape that moves: `track(t)` gives x, y (0..1, y down), angle and brightness factor, or None when it is not there."""

    def __init__(self, rng, shape: str, rx: float, ry: float, track, look: str):
        self.shape, self.rx, self.ry, self.track, self.look = shape, rx, ry, track, look
        self.level = float(rng.random())
        self.tint = rng.uniform(0.6, 1.0, 3)
        self.stripes = float(rng.uniform(0, 0.3)), float(rng.uniform(2, 8))
        self.rim, self.light, self.patches = float(rng.uniform(0.15, 0.6)), rng.uniform(-1, 1, 2), rng.random((5, 5))

    def draw(self, image: np.ndarray, x: np.ndarray, y: np.ndarray, t: float):
        """Blends the sprite into image [h, w, c] given pixel coordinates x, y in 0..1."""
        state = self.track(t)
        if state is None:
            return
        cx, cy, angle, bright = state
        reach = max(self.rx, self.ry) * 1.5 + 0.02
        h, w = x.shape
        r0, r1 = int(max(0, (cy - reach) * h)), int(min(h, (cy + reach) * h + 1))
        c0, c1 = int(max(0, (cx - reach) * w)), int(min(w, (cx + reach) * w + 1))
        if r1 <= r0 or c1 <= c0:
            return
        dx, dy = x[r0:r1, c0:c1] - cx, y[r0:r1, c0:c1] - cy
        u, v = np.cos(angle) * dx + np.sin(angle) * dy, -np.sin(angle) * dx + np.cos(angle) * dy
        if self.shape == "ellipse":
            d = (np.sqrt((u / self.rx) ** 2 + (v / self.ry) ** 2) - 1) * min(self.rx, self.ry)
        else:
            d = np.maximum(np.abs(u) - self.rx, np.abs(v) - self.ry)
        if self.look == "glow":
            alpha = np.clip(1 - (d + min(self.rx, self.ry)) / (2 * min(self.rx, self.ry)), 0, 1) ** 2 * bright
            shade = np.ones_like(d)
        elif self.look == "line":  # an outline, as in a drawing on paper
            alpha = np.clip(1.3 - np.abs(d) / 0.010, 0, 1)
            shade = np.full_like(d, 0.1)
        elif self.look == "rim":  # a body with a border of another brightness
            alpha = np.clip(0.5 - d * h / 2, 0, 1)
            shade = np.where(d > -self.rim * min(self.rx, self.ry), 1 - self.level, self.level)
        elif self.look == "shaded":  # lit from one side, as a ball or a block in the sun
            alpha = np.clip(0.5 - d * h / 2, 0, 1)
            shade = self.level + 0.4 * (self.light[0] * dx + self.light[1] * dy) / max(self.rx, self.ry)
        elif self.look == "patchy":  # a coarse pattern, as clothes or fur
            alpha = np.clip(0.5 - d * h / 2, 0, 1)
            i, j = ((np.clip(q / r, -1, 1) * 2.49 + 2.5).astype(int) for q, r in ((v, self.ry), (u, self.rx)))
            shade = self.patches[i, j]
        else:
            alpha = np.clip(0.5 - d * h / 2, 0, 1)
            amount, k = self.stripes
            shade = self.level + amount * np.sin(2 * np.pi * k * u / (self.rx + self.ry)) + 0.3 * (bright - 1)
        colour = np.clip(shade, 0, 1)[..., None] * self.tint[: image.shape[2]]
        part = image[r0:r1, c0:c1]
        part += alpha[..., None] * (colour - part)
