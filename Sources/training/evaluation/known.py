"""What two networks that have heard much hear in a sound: YAMNet, two million clips of AudioSet, and aiSFX, libraries of sound effects.

Numbers for the fine judges, who learn from them what our classes are; where AudioSet has names for a class, its scores count as they are too.
"""

from pathlib import Path

import numpy as np
import soxr
import torch

from evaluation import sfx, yamnet

# AudioSet's names of the fine judges' classes.
NAMES = {
    "animal": "Dog|Bark|Bow-wow|Howl|Canidae, dogs, wolves|Cat|Meow|Livestock, farm animals, working animals|Horse|Neigh, whinny|Cattle, bovinae|Moo|Pig|Oink|"
              "Goat|Bleat|Sheep|Domestic animals, pets|Chicken, rooster|Cluck|Growling",
    "bell": "Bell|Church bell|Jingle bell|Tubular bells|Mallet percussion|Marimba, xylophone|Glockenspiel|Vibraphone|Steelpan|Chime|Wind chime|"
            "Change ringing (campanology)|Tuning fork|Singing bowl|Ding|Ping",
    "bird": "Bird|Bird vocalization, bird call, bird song|Chirp, tweet|Squawk|Pigeon, dove|Coo|Crow|Caw|Owl|Hoot",
    "brass": "Brass instrument|French horn|Trumpet|Trombone",
    "creature": "Roaring cats (lions, tigers)|Roar|Growling|Snort|Grunt|Snoring|Wild animals|Bellow",
    "door": "Door|Sliding door|Slam|Cupboard open or close|Drawer open or close|Creak",
    "drums": "Percussion|Drum kit|Drum machine|Drum|Snare drum|Rimshot|Drum roll|Bass drum|Timpani|Tabla|Cymbal|Hi-hat",
    "engine": "Vehicle|Motor vehicle (road)|Car|Car passing by|Truck|Motorcycle|Aircraft|Aircraft engine|Jet engine|Propeller, airscrew|Helicopter|"
              "Fixed-wing aircraft, airplane|Engine|Medium engine (mid frequency)|Heavy engine (low frequency)|Light engine (high frequency)|Idling|"
              "Engine starting|Accelerating, revving, vroom|Mechanisms|Gears|Power tool|Mechanical fan",
    "explosion": "Explosion|Boom|Artillery fire|Fireworks|Eruption|Thunder|Thunderstorm|Burst, pop",
    "fire": "Fire|Crackle", "flute": "Wind instrument, woodwind instrument|Flute|Saxophone|Clarinet", "footsteps": "Walk, footsteps|Run|Shuffle",
    "guitar": "Plucked string instrument|Guitar|Electric guitar|Bass guitar|Acoustic guitar|Steel guitar, slide guitar|Strum|Banjo|Sitar|Mandolin|Ukulele",
    "gunfire": "Gunshot, gunfire|Machine gun|Fusillade|Cap gun",
    "impact_metal": "Hammer|Clang|Chink, clink|Dishes, pots, and pans|Cutlery, silverware|Coin (dropping)",
    "impact_soft": "Thump, thud|Thunk|Slap, smack|Whack, thwack|Squish|Plop", "magic": "Sound effect|Zing|Pulse|Sonar|Effects unit|Chirp tone",
    "organ": "Organ|Electronic organ|Hammond organ|Accordion|Harmonica|Bagpipes", "pad": "Synthesizer|Choir|New-age music|Ambient music|Electronic music",
    "piano": "Piano|Electric piano|Keyboard (musical)|Harpsichord", "splash": "Splash, splatter|Slosh",
    "strings": "Bowed string instrument|String section|Violin, fiddle|Pizzicato|Cello|Double bass|Harp|Orchestra",
    "sword": "Whoosh, swoosh, swish|Clang|Zing|Arrow|Scrape|Whip",
    "voice": "Speech|Shout|Yell|Screaming|Groan|Grunt|Gasp|Wail, moan|Laughter|Whimper|Bellow|Sigh",
    "water": "Water|Rain|Raindrop|Rain on surface|Stream|Waterfall|Ocean|Waves, surf|Trickle, dribble|Gush",
}
EMBEDDED = 2 * 1024
SCORES = slice(EMBEDDED, EMBEDDED + 521)  # of the numbers: YAMNet's log scores


class Ear:
    """Sounds to numbers [1, numbers] of one view: YAMNet's embedding and log scores, aiSFX's embedding."""

    VIEWS = ("known",)

    def __init__(self, data: Path):
        self.yamnet, self.sfx = yamnet.Listener(data), sfx.Listener()

    def __call__(self, samples: np.ndarray, rng: np.random.Generator | None = None) -> tuple[np.ndarray]:
        """As it is, or changed at random."""
        x = samples if rng is None else varied(samples, rng)
        return (np.concatenate([*self.yamnet(x), self.sfx(x)])[None].astype(np.float32),)


def varied(samples: np.ndarray, rng: np.random.Generator, rate: int = 48_000) -> np.ndarray:
    """Mono: a stretch of a recording at another speed, with tilt and bumps of the spectrum, and noise behind it."""
    mono = samples.mean(1) if samples.ndim == 2 else samples
    length = int(len(mono) * rng.uniform(0.6, 1)) if len(mono) > 2 * rate else len(mono)
    first = int(rng.integers(0, len(mono) - length + 1))
    mono = soxr.resample(mono[first : first + length].astype(np.float32), rate, rate * np.exp(rng.normal(0, 0.06)))
    spectrum = np.fft.rfft(mono)
    octaves = np.log2(np.fft.rfftfreq(len(mono), 1 / rate) + 30)
    places = np.linspace(octaves[0], octaves[-1], 7)
    curve = rng.normal(0, 4) * np.linspace(-1, 1, 7) + rng.normal(0, 2.5, 7)
    mono = np.fft.irfft(spectrum * 10 ** (np.interp(octaves, places, curve) / 20), len(mono))
    noise = rng.standard_normal(len(mono)) * 10 ** (rng.uniform(-80, -40) / 20)
    return (mono / (np.abs(mono).max() + 1e-9) + noise).astype(np.float32)


def named(x: np.ndarray, classes: list[str]) -> dict:
    """A head that nobody taught: of each class the mean over its names of (log score - usual) / deviation, usual over the recordings x [n, numbers]."""
    every, scores = yamnet.names(), x[:, SCORES]
    weight, centre = np.zeros((len(classes), x.shape[1]), np.float32), np.zeros(x.shape[1], np.float32)
    centre[SCORES] = scores.mean(0)
    for k, c in enumerate(classes):
        members = [EMBEDDED + every.index(name) for name in NAMES[c].split("|")]
        weight[k, members] = 1 / (len(members) * (x[:, members].std(0) + 1e-6))
    return {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(-weight @ centre)}
