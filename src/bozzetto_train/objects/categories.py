"""The part of the evaluation that an object belongs to, from its source and name."""

import re
from enum import StrEnum


class Category(StrEnum):
    """A part of the evaluation that is reported on its own."""

    FURNITURE = "furniture"
    CHARACTER = "character"
    PROP = "prop"
    OTHER = "other"


# The first rule whose pattern is found in `name|catalogue category` decides.
_RULES: tuple[tuple[str, Category], ...] = (
    (r"^people/|^procedural/(figure|animal|bird|fish)/", Category.CHARACTER),
    (r"\|(Characters)$", Category.CHARACTER),
    (r"\|(Vehicles|Exterior|Staircases|Doors and windows)$", Category.OTHER),
    (r"\|Miscellaneous$", Category.PROP),
    (r"^furniture/", Category.FURNITURE),
    (r"^quaternius/(animals|dinosaurs|easy_enemies|fish|mech)_pack/", Category.CHARACTER),
    (r"^quaternius/modular_(men|women)/", Category.CHARACTER),
    (r"^quaternius/cute_fish_pack/(Boat|Dock|FishingRod|Lure)", Category.PROP),
    (r"^quaternius/cute_fish_pack/", Category.CHARACTER),
    (
        r"^quaternius/.*/(Character|Enemy|KnightCharacter|Astronaut|Mech_|Bee\b|Crab)",
        Category.CHARACTER,
    ),
    (r"^pmndrs/(.*-male$|.*-female$|male$|zombie|pirate|dragon|dogue|bunny)", Category.CHARACTER),
    (r"^pmndrs/(low-poly-horse|lucy|suzanne|cyborg)", Category.CHARACTER),
    (r"^quaternius/house_interior_pack/", Category.FURNITURE),
    (
        r"^aws/.*(Chair|Sofa|Table|Desk|Bed|Cabinet|NightStand|ShoeRack|Wardrobe|Bench)",
        Category.FURNITURE,
    ),
    (r"^aws/.*(Refrigerator|Bookshelf|Light|Chandelier)", Category.FURNITURE),
    (r"^aws/", Category.PROP),
    (r"^kaykit/.*/Characters/", Category.CHARACTER),
    (r"^kaykit/KayKit-Furniture", Category.FURNITURE),
    (r"^kaykit/.*/(buildings|nature)/", Category.OTHER),
    (r"^kaykit/", Category.PROP),
    (r"^pmndrs/(bed|bench|pillow)$", Category.FURNITURE),
    (
        r"^quaternius/(medieval_weapons|rpg_items|survival|modular_sci_fi_guns|crops|platformer"
        r"|platformer_game)_?(game_)?pack/",
        Category.PROP,
    ),
    (
        r"^quaternius/.*/(Props|Barrel|Crate|Chest|Bag|Potion|Book|Pickup|Torch|Candle)",
        Category.PROP,
    ),
    (r"^pmndrs/(house|tree|palm|formation|bridge|tower|ship|boat|low-poly|ferris)", Category.OTHER),
    (
        r"^pmndrs/(.*car|.*truck|taxi|van|suv|sedan|hatchback|tractor|ambulance|sub$)",
        Category.OTHER,
    ),
    (r"^pmndrs/(helicopter|citroen|sports|race|wind)", Category.OTHER),
    (r"^pmndrs/", Category.PROP),
    (r"^procedural/(seat|shelf|table|bed|sofa|lamp|joint-lamp)/", Category.FURNITURE),
    (r"^procedural/(house|plant|vehicle)", Category.OTHER),
    (r"^procedural/", Category.PROP),
)


def category_of(name: str, *, catalogue_category: str = "") -> Category:
    """Return the category of an object.

    Args:
        name: The object's name.
        catalogue_category: What the source's catalogue says, as in `Living room`; empty where
            there is no catalogue.
    """
    subject = f"{name}|{catalogue_category}" if catalogue_category else name
    matches = (category for pattern, category in _RULES if re.search(pattern, subject))
    return next(matches, Category.OTHER)
