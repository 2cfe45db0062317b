"""A judge that nobody here taught: YAMNet's names of sounds, put together to classes of ours. `python -m evaluation.audioset --data D`

prints how often it is right about recordings (corpus splits `judge` and `real`, neither of which it or the generator has heard), and keeps in
D/judge/audioset.npz what is usual for each name: a name counts by how far it lies from its usual score over the split `judge`, whatever the labels.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.special import softmax
from tqdm import tqdm

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from evaluation import confusions, yamnet
from evaluation.judge import GROUP_OF

# Classes, the corpus' classes that are theirs, and AudioSet's names; written down before anything generated was heard. What AudioSet does not
# name (magic, stone on stone, synthesizers as such) is left out.
NAMES = {
    "aircraft": (("aircraft",), "Aircraft|Aircraft engine|Jet engine|Propeller, airscrew|Helicopter|Fixed-wing aircraft, airplane"),
    "bell": (("bell", "mallet"), "Bell|Church bell|Tubular bells|Mallet percussion|Marimba, xylophone|Glockenspiel|Vibraphone|Chime|Ding"),
    "bird": (("bird",), "Bird|Bird vocalization, bird call, bird song|Chirp, tweet|Squawk|Crow|Caw|Owl|Hoot"),
    "brass": (("brass",), "Brass instrument|French horn|Trumpet|Trombone"),
    "bubbles": (("bubbles",), "Gurgling|Boiling|Liquid"),
    "cat": (("cat",), "Cat|Meow|Caterwaul|Hiss"),
    "choir": (("choir",), "Choir|Singing|A capella|Humming"),
    "creature": (("creature",), "Roar|Roaring cats (lions, tigers)|Growling|Snort|Bellow"),
    "crowd": (("crowd",), "Crowd|Cheering|Applause|Chatter|Hubbub, speech noise, speech babble"),
    "dog": (("dog",), "Dog|Bark|Bow-wow|Yip|Howl|Canidae, dogs, wolves"),
    "door": (("door",), "Door|Sliding door|Slam|Cupboard open or close|Creak"),
    "drums": (("drums",), "Percussion|Drum kit|Drum|Snare drum|Bass drum|Drum roll|Cymbal|Hi-hat"),
    "engine": (("engine", "machine"), "Vehicle|Motor vehicle (road)|Car|Engine|Medium engine (mid frequency)|Idling|Accelerating, revving, vroom|Truck|Mechanisms"),
    "explosion": (("explosion",), "Explosion|Boom|Artillery fire|Eruption|Fireworks"),
    "farm": (("farm",), "Livestock, farm animals, working animals|Cattle, bovinae|Moo|Pig|Oink|Goat|Bleat|Sheep|Fowl|Chicken, rooster|Cluck"),
    "fire": (("fire",), "Fire|Crackle"),
    "flute": (("flute",), "Wind instrument, woodwind instrument|Flute|Saxophone|Clarinet"),
    "footsteps": (("footsteps",), "Walk, footsteps|Run|Shuffle"),
    "glass": (("impact_glass",), "Glass|Shatter|Breaking|Smash, crash"),
    "guitar": (("guitar",), "Plucked string instrument|Guitar|Electric guitar|Acoustic guitar|Bass guitar|Strum"),
    "gunfire": (("gunfire",), "Gunshot, gunfire|Machine gun|Fusillade|Cap gun"),
    "horse": (("horse",), "Horse|Neigh, whinny|Clip-clop"),
    "insect": (("insect",), "Insect|Cricket|Mosquito|Fly, housefly|Buzz|Bee, wasp, etc."),
    "metal": (("impact_metal", "sword"), "Clang|Hammer|Chink, clink|Dishes, pots, and pans|Ding"),
    "organ": (("organ", "accordion"), "Organ|Electronic organ|Hammond organ|Accordion|Harmonica"),
    "piano": (("piano",), "Piano|Electric piano|Keyboard (musical)"),
    "rain": (("rain",), "Rain|Raindrop|Rain on surface"),
    "siren": (("siren",), "Siren|Police car (siren)|Ambulance (siren)|Emergency vehicle|Civil defense siren|Foghorn"),
    "skid": (("skid",), "Skidding|Tire squeal"),
    "splash": (("splash",), "Splash, splatter|Slosh|Plop"),
    "strings": (("strings",), "Bowed string instrument|String section|Violin, fiddle|Cello|Double bass|Pizzicato|Harp"),
    "thud": (("impact_soft",), "Thump, thud|Thunk|Slap, smack|Whack, thwack"),
    "thunder": (("thunder",), "Thunder|Thunderstorm"),
    "train": (("train",), "Rail transport|Train|Railroad car, train wagon|Train whistle|Subway, metro, underground"),
    "voice": (("voice",), "Speech|Shout|Yell|Screaming|Groan|Grunt|Gasp|Wail, moan|Laughter"),
    "water": (("stream",), "Water|Stream|Waterfall|Ocean|Waves, surf|Trickle, dribble"),
    "whoosh": (("whoosh",), "Whoosh, swoosh, swish|Arrow"),
    "wind": (("wind",), "Wind|Wind noise (microphone)|Rustling leaves"),
    "wood": (("impact_wood",), "Wood|Knock|Tap|Chop|Wood block"),
}
CLASS_OF = {klass: name for name, (members, _) in NAMES.items() for klass in members}
PROMPTS = {
    "aircraft": ("a jet aircraft flying past", "a helicopter"), "bell": ("a bell ringing", "a xylophone playing"),
    "bird": ("birds singing", "a bird chirping"), "brass": ("a trumpet playing", "a tuba playing", "a French horn playing"),
    "bubbles": ("underwater bubbles", "water bubbling"), "cat": ("a cat meowing",), "choir": ("a choir singing",),
    "creature": ("a monster growling", "a dinosaur roaring"), "crowd": ("a crowd cheering", "an audience clapping"),
    "dog": ("a dog barking", "a wolf howling"), "door": ("a door closing", "a door opening"), "drums": ("a drum beat", "drums playing"),
    "engine": ("a car engine running", "a machine running"), "explosion": ("an explosion",),
    "farm": ("a cow mooing", "a sheep bleating", "chickens clucking"), "fire": ("a fire crackling", "a campfire burning"),
    "flute": ("a flute playing", "a clarinet playing", "a saxophone playing"), "footsteps": ("footsteps on gravel", "someone walking"),
    "glass": ("glass breaking",), "guitar": ("an acoustic guitar", "an electric guitar"), "gunfire": ("a gunshot", "a machine gun"),
    "horse": ("a horse neighing", "horse hooves"), "insect": ("crickets chirping", "insects buzzing"),
    "metal": ("a hammer on metal", "swords clashing"), "organ": ("a church organ", "an accordion playing"), "piano": ("a piano playing",),
    "rain": ("rain falling",), "siren": ("a police siren", "a ship's horn"), "skid": ("a car skidding",),
    "splash": ("a splash in water",), "strings": ("violins playing", "a cello playing"), "thud": ("a dull thud", "a punch"),
    "thunder": ("thunder",), "train": ("a train passing",), "voice": ("a person crying out", "a person screaming"),
    "water": ("a stream flowing", "ocean waves"), "whoosh": ("a sword swinging through the air",), "wind": ("wind howling",),
    "wood": ("a knock on wood", "chopping wood"),
}


def label(row: dict) -> str | None:
    """The class that the judge speaks of, or None."""
    return CLASS_OF.get(row["klass"])


def head(classes: set[str], mean: np.ndarray, deviation: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights [521] and bias of the mean over all names of the classes of (log score - mean) / deviation."""
    weight, names = np.zeros(len(mean), np.float32), {name for c in classes for name in NAMES[c][1].split("|")}
    members = [yamnet.names().index(name) for name in names]
    weight[members] = 1 / (len(members) * deviation[members])
    return weight, -float(weight @ mean)


class Panel:
    """Log scores [521] to probabilities: of each class what its head says, softmax over classes."""

    def __init__(self, path: Path):
        stored, self.classes = np.load(path), sorted(NAMES)
        self.heads = [head({c}, stored["mean"], stored["deviation"]) for c in self.classes]

    def scores(self, heard: np.ndarray) -> np.ndarray:
        return np.array([weight @ heard + bias for weight, bias in self.heads])

    def __call__(self, heard: np.ndarray, classes: list[str] | None = None) -> np.ndarray:
        return softmax(self.scores(heard)[[self.classes.index(c) for c in classes or self.classes]])


class Groups(Panel):
    """The same for the groups of evaluation.judge, and for what belongs to none of them: of a group its likeliest class."""

    def __init__(self, path: Path):
        super().__init__(path)
        of = [GROUP_OF.get(NAMES[c][0][0], c) for c in self.classes]
        self.classes = sorted(set(of))
        self.parts = [[k for k, group in enumerate(of) if group == c] for c in self.classes]

    def scores(self, heard: np.ndarray) -> np.ndarray:
        one = super().scores(heard)
        return np.array([one[parts].max() for parts in self.parts])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--page", type=Path, help="folder for a picture of the confusions")
    options = parser.parse_args()
    corpus, listener, path = Corpus(corpus_folder(options.data)), yamnet.Listener(options.data), options.data / "judge" / "audioset.npz"
    rows = [row for row in corpus.rows if row["split"] in ("judge", "real")]
    heard = np.stack([listener(corpus.samples(row, 0, 8 * 48_000))[1] for row in tqdm(rows, mininterval=5)])
    usual = heard[[row["split"] == "judge" for row in rows]]
    np.savez(path, mean=usual.mean(0), deviation=usual.std(0) + 1e-6)
    panel = Panel(path)
    known = [(label(row), panel(x)) for row, x in zip(rows, heard) if label(row)]
    matrix = confusions.report(panel.classes, [c for c, _ in known], np.stack([p for _, p in known]), Counter())
    if options.page:
        confusions.plot(options.page / "audioset.png", panel.classes, matrix)


if __name__ == "__main__":
    main()
