"""What people write around the names of sounds: how they join them, and words for the look of a picture, which are not heard."""

JOINS = ("{} and {}", "{}, {}", "{} with {}", "{}, with {} in the background", "{} while {}")
JOINS_OF_THREE = ("{}, {}, {}", "{}, {}, {}", "{}, {} and {}", "{}, {}, and {}", "{} and {}, with {} in the background", "{} with {} and {}",
                  "{}. {}. {}.", "{} while {}, {}")
SEEN = (
    "a wide shot at dusk", "golden light on the hills", "seen from above", "in slow motion", "an old black and white film", "shallow depth of field",
    "in an empty room", "in the evening", "late in the afternoon", "early in the morning", "under a cloudless sky", "in pale colours", "a faded photograph",
    "dust in a ray of light", "long shadows on the ground", "painted in watercolours", "dramatic lighting", "a close-up", "the camera pans slowly",
    "fog over the fields", "mountains on the horizon", "snow on the roofs", "a red barn in the distance", "in the far north", "somewhere in the desert",
    "on a hot summer day", "at midnight", "by the light of a lamp", "as the day ends", "as the night falls", "while the shadows grow", "while nobody watches",
    "as the light fades", "in a strange world", "in a faraway country", "an animated film", "very detailed", "in the style of a documentary",
    "a scene of great beauty", "a lonely place", "blue and orange colours", "in a dream", "a low camera near the ground", "filmed from a balcony",
    "glowing in the dark", "lit from behind", "a tiny figure in a huge landscape", "in a distant galaxy", "in the future", "a long time ago",
)
HEARD = ("atmospheric", "realistic", "high quality", "immersive", "clear", "natural", "lively", "slow", "soft", "gentle", "intense", "mysterious")
# A sentence about what is heard, {0}, and what is seen, {1}, or how it is heard, {2}.
AROUND = ("{0}, {1}", "{0}, {1}", "{0} {1}", "{1}, {0}", "{1}. {0}", "{2}, {0}", "{2}, {0}, {1}", "{0}, {2}", "{0}, {1}, {2}", "{2} {0}, {1}")


def surrounded(text: str, rng) -> str:
    """A caption among words for what is not heard."""
    return str(rng.choice(AROUND)).format(text, rng.choice(SEEN), rng.choice(HEARD))
