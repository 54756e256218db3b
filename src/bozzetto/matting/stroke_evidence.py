"""What the colours around a stroke say about the pixels that it leaves open.

Colour histograms give each open pixel a first opinion; a random walk with these priors (Grady,
"Multilabel random walker image segmentation using prior models", CVPR 2005) carries what is settled
to it, easily through even areas and hardly across edges of the picture.
Letters: h w rows and columns, k pixels, a b samples, n open pixels, p pairs of neighbours.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy.sparse import csr_matrix

Picture = Float32[np.ndarray, "h w 3"]
Plane = Float32[np.ndarray, "h w"]
Region = Bool[np.ndarray, "h w"]
Colors = Float32[np.ndarray, "k 3"]

_BINS = 32
_SPREAD_BINS = 1.25
"""Standard deviation by which samples blur, in bins: 10 of 255 levels."""
_UNSEEN = 1e-6
"""Density below which a colour counts as never seen; a blurred sample has about 5 % at its peak."""
_LEAST_CONTRAST = 2.0 / 255
"""Differences below this are noise and no edge."""
_PRIOR_PULL = 0.25
"""Strength of the colours' opinion against a link of 1 to each equal neighbour: in an even area
what is settled reaches about two pixels far."""

_PRECISION = 1e-3
"""Relative residual at which the walk is solved: edges are cut at a half, far from it."""
_MAX_STEPS = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """A window with open pixels; links lead from them to each other and to settled ones only."""

    picture: Picture
    """Colors whose differences mean the same everywhere, 0 to 1 (gamma-encoded)."""
    prior: Plane
    """Opinion of the colours about open pixels: 0 background to 1 object."""
    is_open: Region
    is_settled: Region
    """Pixels whose value is known and may spread."""
    settled: Plane
    """Their values, 0 to 1."""


def color_prior(
    colors: Colors,
    *,
    of_object: Float32[np.ndarray, "a 3"],
    of_background: Float32[np.ndarray, "b 3"],
    expected: float,
) -> Float32[np.ndarray, " k"]:
    """Return the probability that pixels of these colours are object (Bayes).

    Args:
        colors: The pixels in question.
        of_object: Samples; may be empty.
        of_background: Samples; may be empty.
        expected: The probability for colours that tell nothing.
    """
    bins = _bins(colors)
    ours = expected * (_density(of_object)[bins] + _UNSEEN)
    theirs = (1 - expected) * (_density(of_background)[bins] + _UNSEEN)
    return (ours / (ours + theirs)).astype(np.float32)


def _bins(colors: Colors) -> Int64[np.ndarray, " k"]:
    """Return each colour's cell in the cube of bins."""
    cells = np.clip(colors * _BINS, 0, _BINS - 1).astype(np.int64)
    return (cells[:, 0] * _BINS + cells[:, 1]) * _BINS + cells[:, 2]


def _density(samples: Colors) -> Float64[np.ndarray, " cells"]:
    """Return the blurred histogram of samples; all 0 where there are none."""
    counts = np.bincount(_bins(samples), minlength=_BINS**3).astype(np.float64)
    cube = (counts / max(len(samples), 1)).reshape(_BINS, _BINS, _BINS)
    apart = np.arange(_BINS)[:, None] - np.arange(_BINS)
    blur = np.exp(-0.5 * (apart / _SPREAD_BINS) ** 2)
    blur /= blur.sum(axis=0)
    for _ in range(3):  # Each turn blurs the first axis and makes it the last.
        cube = np.einsum("abc,da->bcd", cube, blur)
    return cube.ravel()


def walk(window: Walk) -> Plane:
    """Solve the random walk for the open pixels; settled pixels keep their value, others get 0."""
    result = np.where(window.is_settled, window.settled, 0).astype(np.float32)
    if window.is_open.any():
        matrix, right, start = _equations(window)
        result[window.is_open] = np.clip(_solved(matrix, right, start), 0, 1)
    return result


def _equations(
    window: Walk,
) -> tuple[csr_matrix, Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Return the matrix, the right side, and a first guess: what each pixel would be alone."""
    count = int(window.is_open.sum())
    number = np.full(window.is_open.size, -1)
    number[window.is_open.ravel()] = np.arange(count)
    first, second = _linked_pairs(window)
    weight = np.tile(_link_weights(window.picture, first, second), 2)
    # Every link pulls both of its ends, as far as they are open.
    here, there = np.concatenate([first, second]), np.concatenate([second, first])
    pulled = number[here] >= 0
    weight, row, column = weight[pulled], number[here[pulled]], number[there[pulled]]
    held = column < 0
    known = window.settled.ravel()[there[pulled][held]]
    diagonal = _PRIOR_PULL + np.bincount(row, weight, minlength=count)
    right = _PRIOR_PULL * window.prior[window.is_open].astype(np.float64)
    right += np.bincount(row[held], weight[held] * known, minlength=count)
    everyone = np.arange(count)
    entries = np.concatenate([diagonal, -weight[~held]]).astype(np.float64)
    rows = np.concatenate([everyone, row[~held]])
    columns = np.concatenate([everyone, column[~held]])
    return csr_matrix((entries, (rows, columns)), shape=(count, count)), right, right / diagonal


def _solved(
    matrix: csr_matrix, right: Float64[np.ndarray, " n"], start: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " n"]:
    """Solve a symmetric positive system by conjugate gradients.

    SciPy's own takes its dot products from threaded BLAS, which is ten times slower at this size
    on busy machines, and whose last bits depend on the number of threads.
    """
    x, residual = start, right - matrix @ start
    direction, square = residual, float(np.sum(residual * residual))
    enough = _PRECISION**2 * float(np.sum(right * right))
    for _ in range(_MAX_STEPS):
        if square <= enough:
            break
        image = matrix @ direction
        step = square / float(np.sum(direction * image))
        x = x + step * direction
        residual = residual - step * image
        before, square = square, float(np.sum(residual * residual))
        direction = residual + (square / before) * direction
    return x


def _linked_pairs(window: Walk) -> tuple[Int64[np.ndarray, " p"], Int64[np.ndarray, " p"]]:
    """Return neighbours, side by side or one above the other, of which at least one is open."""
    is_open, conducts = window.is_open, window.is_open | window.is_settled
    number = np.arange(is_open.size).reshape(is_open.shape)
    across = (is_open[:, :-1] & conducts[:, 1:]) | (conducts[:, :-1] & is_open[:, 1:])
    down = (is_open[:-1] & conducts[1:]) | (conducts[:-1] & is_open[1:])
    first = np.concatenate([number[:, :-1][across], number[:-1][down]])
    second = np.concatenate([number[:, 1:][across], number[1:][down]])
    return first, second


def _link_weights(
    picture: Picture, first: Int64[np.ndarray, " p"], second: Int64[np.ndarray, " p"]
) -> Float64[np.ndarray, " p"]:
    """Return how easily a walker passes: 1 between equal colours, little across an edge.

    The scale is the mean difference in the window, as in GrabCut (Rother et al., SIGGRAPH 2004).
    """
    if len(first) == 0:
        return np.zeros(0)
    colors = picture.reshape(-1, 3)
    square = ((colors[first] - colors[second]) ** 2).sum(axis=1).astype(np.float64)
    scale = max(float(square.mean()), _LEAST_CONTRAST**2)
    return np.exp(-0.5 * square / scale) + 1e-4
