"""A whole clip: background, sprites, camera and film defects, at any size and rate."""

import numpy as np

from models.audio_codec import LATENT_HOP, RATE
from scenes.canvas import texture
from scenes.families import HELD_OUT, TRAINING, WEIGHTS
from scenes.silent import carried, drifter

LOOKS = ("solid", "solid", "rim", "shaded", "patchy")  # the held-out look is "line"
RATES = (8, 8, 10, 12, 15, 24000 / 1001, 24, 25, 30000 / 1001, 30, 50, 60)


class Film:
    """One random clip; `frame(t, h, w)` renders it at time t, `grid()` gives luma frames on the latent grid."""

    def __init__(self, rng, seconds: float, held_out: bool = False):
        self.seconds, self.seed = seconds, int(rng.integers(2**31))
        families = HELD_OUT if held_out else TRAINING
        names = list(families)
        weights = np.array([WEIGHTS.get(n, 1.0) for n in names])
        self.family = str(rng.choice(names, p=weights / weights.sum()))
        look = "line" if held_out else str(rng.choice(LOOKS))
        self.sprites, self.events = families[self.family](rng, seconds, look)
        self.events = sorted(self.events)
        self.rate = float(rng.choice((24, 25, 30) if held_out else RATES))
        self.backgrounds = [texture(rng) for _ in range(2)]
        self.paper = held_out
        if held_out:
            return
        # What makes the sound must be seen: its brightness differs from the background's.
        ground = float(np.mean([b.mean() for b in self.backgrounds]))
        for sprite in self.sprites:
            if abs(sprite.level - ground) < 0.3:
                sprite.level = float(np.clip(ground + rng.uniform(0.3, 0.5) * (1 if ground < 0.5 else -1), 0, 1))
        distractors = [drifter(rng, look) for _ in range(rng.choice(3, p=[0.6, 0.25, 0.15]))]
        if rng.random() < 0.15:
            distractors.append(carried(rng, seconds, look))
        self.sprites = distractors + self.sprites
        once = lambda p, value: value if rng.random() < p else 0.0
        self.pan = (once(0.25, rng.uniform(-0.15, 0.15)), once(0.15, rng.uniform(-0.1, 0.1)))
        self.shake, self.zoom = once(0.3, rng.uniform(0.002, 0.018)), once(0.15, rng.uniform(-0.04, 0.04))
        self.flicker, self.grain = once(0.25, rng.uniform(0.01, 0.08)), once(0.5, rng.uniform(0.01, 0.08))
        self.cuts = np.sort(rng.uniform(0.5, seconds, rng.choice(3, p=[0.8, 0.13, 0.07])))
        self.contrast, self.gamma, self.black = rng.uniform(0.4, 1.0), rng.uniform(0.6, 1.6), rng.uniform(0, 0.2)
        self.mirror, self.letterbox = rng.random() < 0.5, once(0.12, rng.uniform(0.06, 0.14))
        self.blocks = once(0.2, rng.uniform(0.02, 0.06))
        if self.mirror:
            self.events = [(t, k, s, -p, m) for t, k, s, p, m in self.events]

    def background(self, t: float, x, y) -> np.ndarray:
        shot = int(np.searchsorted(self.cuts, t))
        image = self.backgrounds[shot % 2]
        n = image.shape[0]
        return image[(y * n).astype(int) % n, (x * n).astype(int) % n]

    def frame(self, t: float, h: int, w: int, channels: int = 1) -> np.ndarray:
        """[h, w, channels] in 0..1."""
        v, u = np.mgrid[0:h, 0:w]
        x, y = (u + 0.5) / w, (v + 0.5) / h
        rng = np.random.default_rng((self.seed, int(round(t * 1000))))
        if self.paper:
            image = np.full((h, w, channels), 0.93) + 0.02 * rng.standard_normal((h, w, 1))
            for sprite in self.sprites:
                sprite.draw(image, x, y, t)
            return np.clip(image, 0, 1)
        shake = rng.standard_normal(2) * self.shake
        zoom = 1 + self.zoom * t
        x = (x - 0.5) / zoom + 0.5 + shake[0]
        y = (y - 0.5) / zoom + 0.5 + shake[1]
        image = np.repeat(self.background(t, x + self.pan[0] * t, y + self.pan[1] * t)[..., None], channels, -1).astype(np.float64)
        for sprite in self.sprites:
            sprite.draw(image, x, y, t)
        image *= 1 + self.flicker * rng.standard_normal()
        image = self.black + (1 - self.black) * self.contrast * np.clip(image, 0, 1) ** self.gamma
        if self.blocks:  # coarse blocks, as strong compression leaves them
            b = max(2, h // 16)
            noise = rng.standard_normal((-(-h // b), -(-w // b))) * self.blocks
            image += np.kron(noise, np.ones((b, b)))[:h, :w, None]
        if self.grain:
            image += self.grain * rng.standard_normal((h, w, 1))
        if self.letterbox:
            n = int(h * self.letterbox)
            image[:n], image[h - n :] = 0, 0
        if self.mirror:
            image = image[:, ::-1]
        return np.clip(image, 0, 1)

    def shown(self, t: float) -> float:
        """Time of the frame displayed at t."""
        return np.floor(t * self.rate + 1e-9) / self.rate

    def grid(self) -> np.ndarray:
        """[N, 64, 64] uint8 luma on the latent grid."""
        n, out, last = int(self.seconds * RATE / LATENT_HOP), [], None
        for k in range(n):
            t = self.shown((k + 0.5) * LATENT_HOP / RATE)
            if t != last:
                big = self.frame(t, 128, 128)[..., 0]
                small = big.reshape(64, 2, 64, 2).mean((1, 3))
                last = t
            out.append((small * 255 + 0.5).astype(np.uint8))
        return np.stack(out)
