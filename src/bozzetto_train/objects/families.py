"""Which objects count as variants of one another, and the split that follows from it.

Near-duplicates (`Tree_1` to `Tree_5`, `Sword_Golden`, `apple-half`) share a family, and a family
never straddles train, validation and test.
"""

import hashlib
import re
from enum import StrEnum


class Split(StrEnum):
    """What an object may be used for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


# Chosen among 200, before any training, so that every source and category has its share of test
# and validation objects although families differ in size.
_SALT = "v168:"
_TEST_SHARE = 0.08
_VALIDATION_SHARE = 0.06

_VARIANT_WORDS = """
a age autumn aws b big black blue bottom broken brown burnt c center centre closed common
complete corner crop d damaged dark dead deep double e empty end evil f filled fire first flat
full g gold golden gray green grey h half harvested high huge i inner j l large left level light
lit long low lvl m mat medium middle n new old open orange outline patterned pile pink poly
purple r raw red right round s second short side simple single slim small snow square stack
straight t tall thick thin tiny top transformed triple v violet visual wheat white wide wooden x
yellow
"""
_VARIANTS = frozenset(_VARIANT_WORDS.split())

# Packs whose pieces fit together: a body and the gun it belongs to must not straddle splits.
_WHOLE_PACKS = ("modular_sci_fi_guns_pack", "buildings_pack_2", "buildings_pack_3", "tank_pack")

# The sources of what is measured, and those of ours that joined after the first measurement: these
# only train, so that the measured objects stay the same.
_MEASURED = ("aws/", "furniture/", "people/", "pmndrs/", "procedural/", "quaternius/")
_LATER = ("kaykit/",)

# Sources whose names start with the thing itself, as in `burger-cheese-double`.
_HEAD_FIRST = ("quaternius/", "pmndrs/")


def family_of(name: str) -> str:
    """Return the family of an object, as in `quaternius/birch` for `.../BirchTree_Dead_4`."""
    source, _, rest = name.partition("/")
    folder, _, stem = rest.rpartition("/")
    if folder in _WHOLE_PACKS:
        return f"{source}/{folder}"
    if stem.isdigit():  # Numbered objects without a name have nothing to do with each other.
        return name
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem.rpartition("__")[2])
    words = [word for word in re.split(r"[^a-z]+", spaced.lower()) if word]
    telling = [word for word in words if word not in _VARIANTS] or words or [stem]
    kept = telling[:1] if name.startswith(_HEAD_FIRST) else telling
    return f"{source}/{'-'.join(word.removesuffix('s') for word in kept)}"


def by_seniority(family: str) -> tuple[bool, str]:
    """Return a sort key of families that are found to be one: the first gives it its name.

    Copies of what is measured must not train, so other sources come last.
    """
    return not family.startswith(_MEASURED), family


def split_of(family: str) -> Split:
    """Draw the split of a family from the salted SHA-256 of its name; it never changes."""
    if family.startswith(_LATER):
        return Split.TRAIN
    digest = hashlib.sha256((_SALT + family).encode()).digest()
    drawn = int.from_bytes(digest[:8], "big") / 2**64
    if drawn < _TEST_SHARE:
        return Split.TEST
    return Split.VALIDATION if drawn < _TEST_SHARE + _VALIDATION_SHARE else Split.TRAIN
