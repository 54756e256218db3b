"""A person's landmarks in space, from what a network sees in pictures from many sides.

Every view is a line of sight; views that disagree with the others lose their say. Letters: l
landmarks, n views.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64

from bozzetto.rigging.blazepose import NUM_LANDMARKS, BlazePose, Posture
from bozzetto.rigging.figure import Figure
from bozzetto.rigging.portraits import Portrait, PortraitView, draw, views_round

AZIMUTHS_DEG = (0.0, 35.0, -35.0, 180.0, 145.0, -145.0)
"""Front, back and four between: sides hide one arm and leg behind the other."""
PICTURE_PX = 320
_ROUNDS = 6
_SLACK = 0.003
"""Of the height: disagreement that says nothing."""

NOSE, EARS, SHOULDERS, ELBOWS, WRISTS = 0, (7, 8), (11, 12), (13, 14), (15, 16)
PINKIES, INDICES, THUMBS = (17, 18), (19, 20), (21, 22)
HIPS, KNEES, ANKLES, HEELS, TOES = (23, 24), (25, 26), (27, 28), (29, 30), (31, 32)
_LIMBS = ((SHOULDERS, ELBOWS), (ELBOWS, WRISTS), (HIPS, KNEES), (KNEES, ANKLES))
_FIRST_PAIRED = 11
"""From here on the network's points are pairs: left, then right. The face's before are not."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sighting:
    """What the network saw in one view."""

    portrait: Portrait
    score: float
    """Of the detector, 0 to 1."""
    posture: Posture


@dataclass(frozen=True, kw_only=True, eq=False)
class Landmarks:
    """A person in space."""

    points: Float64[np.ndarray, "l 3"]
    """Metres, in the figure's frame."""
    disagreement: Float64[np.ndarray, " l"]
    """How far the lines of sight pass from the point, as a share of the figure's height."""
    scores: Float64[np.ndarray, " n"]
    """The detector's score in each view."""
    sightings: tuple[Sighting, ...]

    @property
    def score(self) -> float:
        """How surely this is a person: the middle one of the views' scores."""
        return float(np.median(self.scores))

    @property
    def unevenness(self) -> float:
        """Longer over shorter of a limb's part on both sides, the worst part: 1 is alike."""
        ratios: list[float] = []
        for starts, ends in _LIMBS:
            lengths = np.linalg.norm(self.points[list(ends)] - self.points[list(starts)], axis=1)
            ratios.append(float(lengths.max() / max(float(lengths.min()), 1e-9)))
        return max(ratios)

    @property
    def scatter(self) -> float:
        """How far views disagree on the body, as a share of the height."""
        return float(np.median(self.disagreement[SHOULDERS[0] :]))


def look(
    figure: Figure, network: BlazePose, *, azimuths_deg: tuple[float, ...] = AZIMUTHS_DEG
) -> Landmarks:
    """Look at a figure from several sides and put together what was seen."""
    azimuths = tuple(float(np.radians(angle)) for angle in azimuths_deg)
    views = views_round(figure, azimuths=azimuths, size_px=PICTURE_PX)
    sightings = tuple(see(portrait, network) for portrait in draw(figure, views))
    points, disagreement = _triangulated(sightings, figure.height)
    return Landmarks(
        points=points,
        disagreement=disagreement,
        scores=np.array([sighting.score for sighting in sightings]),
        sightings=sightings,
    )


def from_the_front(seen: Landmarks, height: float) -> Landmarks:
    """Believe the front views alone: the back of what was made from one photograph is a guess."""
    front = [
        index
        for index, sighting in enumerate(seen.sightings)
        if abs(sighting.portrait.view.azimuth) < np.pi / 2
    ]
    sightings = tuple(seen.sightings[index] for index in front)
    points, disagreement = _triangulated(sightings, height)
    return Landmarks(
        points=points,
        disagreement=disagreement,
        scores=seen.scores[front],
        sightings=sightings,
    )


def with_sides_swapped(seen: Landmarks) -> Landmarks:
    """Call left right: of somebody taken for seen from behind, all else is where it was seen."""
    order = swapped_order()
    return replace(seen, points=seen.points[order], disagreement=seen.disagreement[order])


def swapped_order() -> Int64[np.ndarray, " l"]:
    """Return for every landmark the number of its opposite, or its own."""
    order = np.arange(NUM_LANDMARKS)
    order[_FIRST_PAIRED:] += np.where(order[_FIRST_PAIRED:] % 2 == 1, 1, -1)
    return order


def see(portrait: Portrait, network: BlazePose) -> Sighting:
    """Find the person, then the landmarks, then the landmarks in the crop these suggest."""
    found = network.detect(portrait.srgb)
    first = network.find_landmarks(portrait.srgb, found.crop)
    return Sighting(
        portrait=portrait,
        score=found.score,
        posture=network.find_landmarks(portrait.srgb, first.crop),
    )


def _triangulated(
    sightings: tuple[Sighting, ...], height: float
) -> tuple[Float64[np.ndarray, "l 3"], Float64[np.ndarray, " l"]]:
    """Meet the lines of sight by least squares, reweighted (Geman-McClure)."""
    views: list[PortraitView] = [sighting.portrait.view for sighting in sightings]
    rows = np.array([[view.right[0], view.right[2]] for view in views])
    seen = [
        v.lateral_and_height(s.posture.points_px) for v, s in zip(views, sightings, strict=True)
    ]
    lateral, heights = np.array([a for a, _ in seen]), np.array([b for _, b in seen])
    trust = np.array([s.posture.visibility**2 * s.score for s in sightings]) + 1e-6
    points, disagreement = np.zeros((NUM_LANDMARKS, 3)), np.zeros(NUM_LANDMARKS)
    for index in range(NUM_LANDMARKS):
        weight, miss = trust[:, index], np.zeros(len(views))
        x = y = z = 0.0
        for _ in range(_ROUNDS):
            normal = (rows * weight[:, None]).T @ rows + 1e-9 * np.eye(2)
            x, z = np.linalg.solve(normal, (rows * weight[:, None]).T @ lateral[:, index])
            y = float((weight * heights[:, index]).sum() / weight.sum())
            miss = np.hypot(rows @ (x, z) - lateral[:, index], heights[:, index] - y)
            scale = float(np.median(miss)) + _SLACK * height
            weight = trust[:, index] / (1 + (miss / scale) ** 2)
        points[index] = x, y, z
        disagreement[index] = np.sqrt((weight * miss**2).sum() / weight.sum()) / height
    return points, disagreement
