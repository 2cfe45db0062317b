"""When events of slow video are told, and heard.

Pictures of slow video show what was there when they began or, as converters have it (ffmpeg's fps, videorate), half of their time later. A
quarter of a picture's time is as far from the one as from the other.
"""

import numpy as np

from models.audio_codec import LATENT_RATE
from models.slow_video import SLOWEST

HEARD = 0.25  # of a picture's time after the event
# The motion encoder is taught to tell them earlier: of a latent it sees less than of those after it, so that its onsets come late.
TOLD = 0.15


def period_of(changed: np.ndarray) -> float:
    """Latents that a picture stays, given at which latents the picture changes [N]; 1 unless the video is slow."""
    gaps = np.diff(np.flatnonzero(changed))
    period = float(np.median(gaps[gaps <= SLOWEST])) if (gaps <= SLOWEST).any() else 1.0
    return period if period >= 1.5 else 1.0


def lateness(changed: np.ndarray, share: float) -> float:
    """Seconds that are a share of a picture's time, given at which latents the picture changes [N]; 0 unless the video is slow."""
    period = period_of(changed)
    return share * period / LATENT_RATE if period > 1 else 0.0


def later(events: list[tuple], late: float) -> list[tuple]:
    """Events (time, strength, pan), `late` seconds later."""
    return [(t + late, s, p) for t, s, p in events]
