"""Reasons to leave an object out: rooms, flat pieces, broken or empty geometry.

Every check returns a reason in words, or None for objects that stay.
"""

import re

import numpy as np

from bozzetto.geometry.raycast import Raycaster
from bozzetto_train.objects.model import ObjectModel

MAX_TRIANGLES = 300_000
MIN_TRIANGLES = 8
MIN_FLATNESS = 0.03
"""Shortest over middle side of the bounding box; thinner things are boards, walls, decals."""
MIN_SLENDERNESS = 0.02
"""Middle over longest side; thinner things are threads."""
MIN_COVERAGE = 0.06
"""Share of the bounding box that the best of three silhouettes must fill."""

# Pieces of levels and walls of rooms; `_low` and names without `_visual` are collision shapes.
_UNWANTED: tuple[tuple[str, str], ...] = (
    (r"^aws/(?!.*_visual$)", "collision shape"),
    (r"^aws/.*(ShopWall|HouseWall|RoomWall|Column|BookstoreLogo|spotlight|elevator_)", "room part"),
    (r"^aws/.*(RoomWindow|ShopWindow|curtain_|_Curtain)", "room part"),
    (
        r"^quaternius/modular_\w+/.*([Ww]all|[Ff]loor|RoofTile|Tunnel|Entrance)",
        "modular level piece",
    ),
    (r"^quaternius/street_pack/Street(_|s_)", "modular level piece"),
    (r"^quaternius/.*/(Carpet|Path_|Cobweb|Smoke|Cloud|Streets_all)", "flat or formless piece"),
    (r"^quaternius/.*/Platform_(Bottom|Center|Top)", "modular level piece"),
    (r"^quaternius/platformer_game_pack/Cube_(Dirt|Grass)_(?!Single)", "modular level piece"),
    (r"^pmndrs/(hole|node)$", "modular level piece"),
    (r"^kaykit/.*/(hex_|[Ww]all|[Ff]loor|ceiling|Primitive_|rug_|road_)", "modular level piece"),
    (r"^kaykit/.*_(blue|brown|green|white|yellow)$", "colour variant"),
    (r"^kaykit/.*/tiles/", "modular level piece"),
    (r"^furniture/.*/(.*[-_](plug|switch|antenna|dimmer|RJ)|.*plug-?Type)", "wall fitting"),
)


def unwanted_by_name(name: str) -> str | None:
    """Return why an object is left out, judged by its name alone."""
    reasons = (reason for pattern, reason in _UNWANTED if re.search(pattern, name))
    return next(reasons, None)


def defect_of(model: ObjectModel) -> str | None:
    """Return why an object is left out, judged by its geometry."""
    count = len(model.triangles)
    if not MIN_TRIANGLES <= count <= MAX_TRIANGLES:
        return f"{count} triangles (wanted {MIN_TRIANGLES} to {MAX_TRIANGLES})"
    if not np.isfinite(model.positions).all():
        return "vertices that are not finite"
    short, middle, long = np.sort(np.ptp(model.positions, axis=0)).tolist()
    if short < MIN_FLATNESS * middle:
        return "flat"
    if middle < MIN_SLENDERNESS * long:
        return "a thread"
    coverage = silhouette_coverage(model)
    return f"silhouettes fill only {coverage:.0%}" if coverage < MIN_COVERAGE else None


def silhouette_coverage(model: ObjectModel, *, rays_per_side: int = 40) -> float:
    """Return how much of the bounding box's best silhouette along three axes is filled, 0 to 1."""
    caster = Raycaster(model.positions, model.triangles)
    half = np.ptp(model.positions, axis=0) / 2
    steps = (np.arange(rays_per_side) + 0.5) / rays_per_side * 2 - 1
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    shares: list[float] = []
    for axis in range(3):
        origins = np.zeros((len(grid), 3), np.float32)
        origins[:, (axis + 1) % 3] = grid[:, 0] * half[(axis + 1) % 3]
        origins[:, (axis + 2) % 3] = grid[:, 1] * half[(axis + 2) % 3]
        origins[:, axis] = 2.0
        directions = np.zeros_like(origins)
        directions[:, axis] = -1.0
        shares.append(float(caster.is_blocked(origins, directions).mean()))
    return max(shares)
