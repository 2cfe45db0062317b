"""Slow video: changes are spread over the latents that pictures are shown for, and every onset is told once.

Of video with fewer pictures than latents most latents bring no new picture. Between them nothing seems to move, and each new one is a jump.
The change that a picture brings is therefore divided by the latents that it took, and holds until the next picture is due: that is
when the second longest of the last MEMORY times between two pictures has passed. Longer times than SLOWEST are stillness.

Nobody knows when something happened between two pictures, so the encoder's onset probabilities of one event lie on several latents, none of
them high. Their sum around a latent, weighted by a triangle that reaches a picture and a latent to both sides, is the probability that
something happened about then; where it is highest, an onset of that probability is put at the centroid.
"""

import numpy as np

SLOWEST = 5  # latents
MEMORY = 4
LEAST, REST, MOST = 0.05, 0.02, 0.98  # probability from which on there is an onset at all, of the others, and at most


def spread(changed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which latents bring a new picture [N] -> over how many latents its change is spread, of which latent each shows the change, and for
    how many latents a picture stays, [N] each."""
    times, since, last, out = [1] * MEMORY, SLOWEST, 0, []  # times between pictures, latents after the latest one, its number
    for k, new in enumerate(changed):
        since += 1
        if new and since <= SLOWEST:
            times = times[1:] + [since]
        period = sorted(times)[-2]
        over = min(since, period) if new else 1
        if new:
            since, last = 0, k
        out.append((over, last if since < period else k, period))
    return tuple(np.array(out, int).T)


def new_pictures(luma: np.ndarray) -> np.ndarray:
    """Which of luma frames [N, 64, 64] differ from the one before [N]; the first one does."""
    return np.append(True, (luma[1:] != luma[:-1]).any((1, 2)))


def gathered(tokens: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Tokens [N, 5] as the encoder gives them and for how many latents a picture stays [N] -> tokens with every onset of slow video told
    once."""
    onset, rows = tokens[:, 0] / 2, np.arange(len(tokens))
    place = rows + 0.5 + tokens[:, 1] / np.maximum(onset, 0.05)
    reach = np.where(period > 1, period + 1, 0)
    weights = np.maximum(0, 1 - np.abs(rows[:, None] - rows) / (reach[:, None] + 1))
    mass, out = weights @ onset, tokens.copy()
    out[period > 1, :4] = 2 * REST, 0, REST, 0
    for i in np.flatnonzero((period > 1) & (mass > LEAST)):
        if (mass[max(0, i - reach[i]) : i] >= mass[i]).any() or (mass[i + 1 : i + reach[i] + 1] > mass[i]).any():
            continue
        centroid, probability = weights[i] @ (onset * place) / mass[i], min(mass[i], MOST)
        k = int(np.clip(centroid, 0, len(tokens) - 1))
        if probability > out[k, 0] / 2:
            offset, share = np.clip(centroid - k - 0.5, -0.5, 0.5), probability / mass[i]
            out[k, :4] = 2 * probability, probability * offset, share * (weights[i] @ tokens[:, 2]), share * (weights[i] @ tokens[:, 3])
    return out
