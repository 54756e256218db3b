"""Take the light of a photo out of its colours, cautiously.

The logarithm of the light is fitted as spherical harmonics of the second order over the surface's
normals (after Ramamoorthi and Hanrahan, 2001), with the sky's open share beside them; what has one
hue is taken to be one paint. Where an engine tells the albedo, it is asked too. Letters: n points,
b basis functions, k paints.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64

from bozzetto.imaging.color import luminance

Vectors = Float32[np.ndarray, "n 3"]
Values = Float32[np.ndarray, " n"]

_NUM_PAINTS = 6
_ROUNDS = 12  # Of clustering, and of robust fitting.
_OUTLIER = 0.35  # Difference of log luminance, in nats, beyond which a point hardly counts.
_CAUTION = 0.005  # Ridge on the coefficients, per point: what is not clear counts as paint.
_FULLY = 0.2  # Share of the variation that light must explain to be taken out as fitted.
_MOST = 0.5  # Largest correction of the log luminance, in nats.
_FEWEST = 200
_BLACK = 1e-3


@dataclass(frozen=True, kw_only=True)
class DelightOptions:
    """How much light is taken out."""

    strength: float = 0.7
    """0 (none) to 1 (all that was found)."""

    def __post_init__(self) -> None:
        """Refuse values outside 0 and 1."""
        if not 0 <= self.strength <= 1:
            raise ValueError(f"The strength should be 0 to 1, got {self.strength}.")


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotoLight:
    """The light of one photo."""

    coefficients: Float64[np.ndarray, " b"]
    """Of the log luminance over `basis`; all 0 where nothing was found."""
    correlation_before: float
    """Of the photo's log luminance with the light found, within paints, -1 to 1."""
    correlation_after: float
    """The same of the base colour."""

    def shading(self, normals: Vectors, openness: Values) -> Values:
        """Return what the light does to surfaces with these normals; 1 changes nothing."""
        exponent = np.clip(basis(normals, openness) @ self.coefficients, -_MOST, _MOST)
        return np.exp(exponent).astype(np.float32)


def basis(normals: Vectors, openness: Values) -> Float64[np.ndarray, "n b"]:
    """Return the harmonics of order 1 and 2, up to scale, and the sky's open share."""
    x, y, z = normals.astype(np.float64).T
    return np.stack(
        [x, y, z, x * y, y * z, z * x, x * x - y * y, 3 * z * z - 1, openness - 1.0], axis=1
    )


def fit_light(
    colors: Vectors,
    normals: Vectors,
    openness: Values,
    *,
    weights: Values,
    albedo: Vectors | None = None,
    options: DelightOptions = DelightOptions(),
) -> PhotoLight:
    """Estimate the light from points that a photo shows.

    Args:
        colors: Linear, as photographed.
        normals: Unit, smooth.
        openness: Share of the sky, 0 to 1.
        weights: How much each point counts; 0 leaves it out.
        albedo: What an engine says of the colours without light, at any exposure; None where no
            engine says anything.
        options: How much of it is taken out.
    """
    used = (weights > 0) & (luminance(colors) > _BLACK)
    if int(used.sum()) < _FEWEST or options.strength == 0:
        return _NO_LIGHT
    design = basis(normals[used], openness[used])
    bright = np.log(luminance(colors[used]).astype(np.float64))
    weight = weights[used].astype(np.float64)
    paints = _paints(colors[used])
    targets = [_within(bright, paints, weight)]
    if albedo is not None:
        own = np.log(np.maximum(luminance(albedo[used]), _BLACK)).astype(np.float64)
        targets.append(_within(bright - own, np.zeros_like(paints), weight))
    design = design - np.average(design, axis=0, weights=weight)
    fits = [_fitted(design, target, weight) for target in targets]
    believed = np.stack([found * share for found, share in fits])
    coefficients = np.asarray(believed.mean(axis=0) * options.strength, np.float64)
    taken = np.asarray(np.clip(design @ coefficients, -_MOST, _MOST), np.float64)
    whole = design @ fits[-1][0]
    return PhotoLight(
        coefficients=coefficients,
        correlation_before=_correlation(targets[0], whole, weight),
        correlation_after=_correlation(targets[0] - taken, whole, weight),
    )


_NO_LIGHT = PhotoLight(coefficients=np.zeros(9), correlation_before=0.0, correlation_after=0.0)


def _paints(colors: Vectors) -> Int64[np.ndarray, " n"]:
    """Group colours by hue and saturation alone, as light changes neither much (k-means)."""
    chroma = colors / np.maximum(colors.sum(axis=1, keepdims=True), 1e-6)
    order = np.argsort(chroma @ np.array([1.0, 0.3, -0.7]), kind="stable")
    picks = order[np.linspace(0, len(order) - 1, _NUM_PAINTS).astype(int)]
    centres = chroma[picks].astype(np.float64)
    paint = np.zeros(len(colors), np.int64)
    for _ in range(_ROUNDS):
        distance = ((chroma[:, None] - centres[None]) ** 2).sum(axis=2)
        paint = distance.argmin(axis=1)
        for k in range(_NUM_PAINTS):
            if (paint == k).any():
                centres[k] = chroma[paint == k].mean(axis=0)
    return paint


def _within(
    values: Float64[np.ndarray, " n"],
    paints: Int64[np.ndarray, " n"],
    weights: Float64[np.ndarray, " n"],
) -> Float64[np.ndarray, " n"]:
    """Subtract each paint's median."""
    result = values - np.average(values, weights=weights)
    for paint in np.unique(paints):
        result[paints == paint] -= np.median(result[paints == paint])
    return result


def _fitted(
    design: Float64[np.ndarray, "n b"],
    target: Float64[np.ndarray, " n"],
    weights: Float64[np.ndarray, " n"],
) -> tuple[Float64[np.ndarray, " b"], float]:
    """Fit robustly (Cauchy weights); return coefficients and how far to believe them, 0 to 1."""
    weights = weights / weights.sum()
    ridge = _CAUTION * np.eye(design.shape[1])
    found, robust = np.zeros(design.shape[1]), weights
    for _ in range(_ROUNDS):
        robust = weights / (1 + ((target - design @ found) / _OUTLIER) ** 2)
        scaled = design * robust[:, None]
        system = scaled.T @ design + ridge * float(robust.sum())
        found = np.asarray(np.linalg.solve(system, scaled.T @ target), np.float64)
    left = target - design @ found
    total = float((robust * target**2).sum())
    explained = 1 - float((robust * left**2).sum()) / max(total, 1e-12)
    return found, float(np.clip(explained / _FULLY, 0, 1))


def _correlation(
    first: Float64[np.ndarray, " n"],
    second: Float64[np.ndarray, " n"],
    weights: Float64[np.ndarray, " n"],
) -> float:
    """Return the weighted correlation; 0 where one does not vary."""
    a = first - np.average(first, weights=weights)
    b = second - np.average(second, weights=weights)
    scale = np.sqrt((weights * a**2).sum() * (weights * b**2).sum())
    return float((weights * a * b).sum() / scale) if scale > 1e-12 else 0.0
