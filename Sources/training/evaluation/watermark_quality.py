"""How little the watermark is heard: noise-to-mask ratio and objective difference grade."""

import os
import re
import subprocess
import tempfile

import numpy as np
import soundfile

from .watermark_attacks import RATE, rms


def segmental_nmr(x, y):
    """Noise-to-mask ratio in dB per frame of 2048 (mean over 25 Bark bands; the mask as in ITU-R BS.1387: 3 dB below the
    spread excitation up to 12 Bark, then a quarter of the Bark number), of frames above -60 dB."""
    n = 2048
    window = np.hanning(n)[:, None]
    f = np.fft.rfftfreq(n, 1 / RATE)
    bark = 7 * np.arcsinh(f / 650)
    band = np.clip(bark.astype(int), 0, 24)
    one = np.zeros((25, len(f)))
    one[band, np.arange(len(f))] = 1
    distance = np.arange(25)[:, None] - np.arange(25)[None]
    spread = 10 ** (np.where(distance >= 0, -1.0 * distance, 2.7 * distance))
    offset = np.where(np.arange(25) <= 12, 3.0, 0.25 * np.arange(25))
    quiet = 10 ** ((3.64 * (np.maximum(f, 50) / 1000) ** -0.8 - 6.5 * np.exp(-0.6 * (f / 1000 - 3.3) ** 2) - 92) / 10) * n * n / 16
    quiet = one @ np.minimum(quiet, 1e9)
    result = []
    for start in range(0, len(x) - n, n // 2):
        a, b = x[start : start + n] * window, y[start : start + n] * window
        if rms(a) < 1e-3:
            continue
        power = lambda s: one @ (np.abs(np.fft.rfft(s, axis=0)) ** 2).sum(1)
        mask = (spread @ power(a)) * 10 ** (-offset / 10) + quiet
        result.append(10 * np.log10(np.mean(power(b - a) / mask) + 1e-9))
    return np.array(result)


def odg(folder, x, y):
    """Objective difference grade of GstPEAQ (basic version), 0: not heard, -4: very annoying."""
    with tempfile.TemporaryDirectory() as work:
        for name, s in (("ref", x), ("test", y)):
            soundfile.write(f"{work}/{name}.wav", s, RATE, subtype="PCM_16")
        pipeline = " ".join(
            f"filesrc location={work}/{name}.wav ! wavparse ! audioconvert ! queue ! peaq.{name}" for name in ("ref", "test")
        )
        text = subprocess.run(
            f"gst-launch-1.0 -q {pipeline} peaq name=peaq",
            shell=True, capture_output=True, text=True, env={**os.environ, "GST_PLUGIN_PATH": str(folder)},
        ).stdout
    found = re.search(r"Objective Difference Grade: (\S+)", text)
    return float(found.group(1)) if found else float("nan")
