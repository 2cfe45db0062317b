"""What happens to marked sound on its way: every attack takes and gives float32 [samples, 2] at 48 kHz."""

import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy as np
import soxr
from scipy import signal

RATE = 48_000


def ffmpeg(x, filters=None, codec=None, container=None, options=()):
    """Through ffmpeg's filters, or there and back through a codec."""
    raw = ["-f", "f32le", "-ar", str(RATE), "-ac", "2"]
    data = np.ascontiguousarray(x, "<f4").tobytes()
    run = lambda words, feed=None: subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *words], input=feed, capture_output=True, check=True
    ).stdout
    if codec is None:
        out = run([*raw, "-i", "-", "-af", filters, *raw, "-"], data)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / f"a.{container}")
            run([*raw, "-i", "-", "-c:a", codec, *options, path], data)
            out = run(["-i", path, *raw, "-"])
    return np.frombuffer(out, "<f4").reshape(-1, 2)


def rms(x):
    return float(np.sqrt(np.mean(np.square(x)))) + 1e-9


def mixed(x, other, level=0):
    """x and another sound that is `level` dB louder."""
    other = other[: len(x)]
    return x + other * (rms(x) / rms(other) * 10 ** (level / 20))


def through(rate):
    return lambda x, r: soxr.resample(soxr.resample(x, RATE, rate), rate, RATE)


def noise(colour):
    def attack(x, r):
        n = r.standard_normal(x.shape)
        if colour == "pink":
            spectrum = np.fft.rfft(n, axis=0)
            spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))[:, None]
            n = np.fft.irfft(spectrum, len(x), axis=0)
        return x + n * (0.1 * rms(x) / rms(n))

    return attack


def filtered(order, cut, kind):
    sos = signal.butter(order, cut, kind, fs=RATE, output="sos")
    return lambda x, r: signal.sosfilt(sos, x, axis=0)


def eq(x, r):
    """Ten octave bands up or down by up to 6 dB."""
    bands = "|".join(f"f={31.25 * 2**i} w=1 t=o g={r.uniform(-6, 6):.2f}".replace(" ", ":") for i in range(10))
    return ffmpeg(x, ",".join("equalizer=" + b for b in bands.split("|")))


def reverb(x, r):
    """Exponential decay, 0.6 s to -60 dB, as loud as the direct sound."""
    n = int(0.8 * RATE)
    h = r.standard_normal((n, 2)) * 10 ** (-3 * np.arange(n) / (0.6 * RATE))[:, None]
    h /= np.sqrt(np.square(h).sum(0))
    h[0] += 1
    return signal.fftconvolve(x, h, axes=0)[: len(x)]


def cut_and_insert(x, r):
    """0.7 s taken out in one place, 0.9 s of noise put in at another."""
    a, b = int(len(x) * 0.35), int(len(x) * 0.7)
    fill = r.standard_normal((int(0.9 * RATE), 2)) * rms(x)
    return np.concatenate([x[:a], x[a + int(0.7 * RATE) : b], fill, x[b:]])


def speed(factor):
    return lambda x, r: soxr.resample(x, RATE * 1000, int(RATE * 1000 / factor))


def pitch(semitones):
    return lambda x, r: ffmpeg(x, f"rubberband=pitch={2 ** (semitones / 12):.6f}")


def coded(codec, container, *options):
    return lambda x, r: ffmpeg(x, codec=codec, container=container, options=options)


# Name -> (attack, true-positive rate to reach). "mix", "again" and "short" are made by the evaluation, which has what they need.
ATTACKS = {
    "none": (lambda x, r: x, 0.99),
    "gain +12 dB": (lambda x, r: x * 3.981, 0.99),
    "gain -12 dB": (lambda x, r: x / 3.981, 0.99),
    "MP3 128": (coded("libmp3lame", "mp3", "-b:a", "128k"), 0.99),
    "MP3 64": (coded("libmp3lame", "mp3", "-b:a", "64k"), 0.99),
    "AAC 128": (coded("aac", "m4a", "-b:a", "128k"), 0.99),
    "AAC 64": (coded("aac", "m4a", "-b:a", "64k"), 0.99),
    "Opus 64": (coded("libopus", "ogg", "-b:a", "64k"), 0.99),
    "Opus 32": (coded("libopus", "ogg", "-b:a", "32k"), 0.99),
    "Vorbis q3": (coded("libvorbis", "ogg", "-q:a", "3"), 0.99),
    "resample 44.1 kHz": (through(44_100), 0.99),
    "resample 32 kHz": (through(32_000), 0.99),
    "resample 16 kHz": (through(16_000), 0.99),
    "8 bit": (lambda x, r: np.round(np.clip(x, -1, 1) * 127) / 127, 0.99),
    "white noise 20 dB": (noise("white"), 0.99),
    "pink noise 20 dB": (noise("pink"), 0.99),
    "low-pass 4 kHz": (filtered(8, 4000, "low"), 0.99),
    "high-pass 500 Hz": (filtered(8, 500, "high"), 0.99),
    "equaliser +-6 dB": (eq, 0.99),
    "compressor, limiter": (
        lambda x, r: ffmpeg(
            x, "acompressor=threshold=0.05:ratio=6:attack=5:release=80:makeup=4,alimiter=limit=0.5:attack=2:release=30"
        ),
        0.99,
    ),
    "reverberation 0.6 s": (reverb, 0.99),
    "crop": (lambda x, r: x[int(r.uniform(0, 1) * RATE) :], 0.99),
    "cut-out, insertion": (cut_and_insert, 0.99),
    "mono fold-down": (lambda x, r: np.repeat(x.mean(1, keepdims=True), 2, 1), 0.99),
    "one channel": (lambda x, r: np.repeat(x[:, :1], 2, 1), 0.95),
    "mix at 0 dB": (None, 0.95),
    "stretch 0.95": (lambda x, r: ffmpeg(x, "atempo=0.95"), 0.95),
    "stretch 1.05": (lambda x, r: ffmpeg(x, "atempo=1.05"), 0.95),
    "speed 0.95": (speed(0.95), 0.95),
    "speed 1.05": (speed(1.05), 0.95),
    "pitch -1 semitone": (pitch(-1), 0.95),
    "pitch +1 semitone": (pitch(1), 0.95),
    "second mark over it": (None, 0.95),
    "2 s piece": (lambda x, r: x[3 * RATE : 5 * RATE], 0.95),
}


def after(name, x, index, other):
    """x after an attack, whose random numbers depend on its name and the clip's index alone; `other` is what is mixed in, if anything."""
    if name == "mix at 0 dB":
        return x if other is None else mixed(x, other)
    return ATTACKS[name][0](x, np.random.default_rng(zlib.crc32(name.encode()) + index))
