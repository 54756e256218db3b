"""Spoil a clean photograph: one function per defect, each at three strengths (0 weak, 2 strong).

Light is added and taken away in linear values, as a camera would see it; noise and compression act
on encoded ones. Letters: h w rows and columns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.advice_photos import CleanPhoto, photo_from
from bozzetto.imaging.color import linear_from_srgb, luminance, srgb8_from_linear, srgb_from_linear
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

Spoilt = tuple[Photo, Mask]


@dataclass(frozen=True)
class Defect:
    """One way to spoil a photo, and the findings that count as a hit."""

    codes: tuple[str, ...]
    spoil: Callable[[CleanPhoto, int, np.random.Generator], Spoilt]


def _relit(clean: CleanPhoto, linear: np.ndarray) -> Spoilt:
    """Return the photo with other colours, quantised to 8 bits as a file would be."""
    return photo_from(
        clean.photo.name, srgb8_from_linear(linear.astype(np.float32)), clean.photo.alpha
    ), clean.mask


def _object(clean: CleanPhoto) -> np.ndarray:
    return clean.mask.alpha > 0.5


def _box(inside: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def _across(clean: CleanPhoto, rng: np.random.Generator) -> np.ndarray:
    """Return -1 to 1 across the object, along a random direction."""
    x0, y0, x1, y1 = _box(_object(clean))
    y, x = np.mgrid[: clean.photo.height, : clean.photo.width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = (x - (x0 + x1) / 2) * np.cos(angle) + (y - (y0 + y1) / 2) * np.sin(angle)
    low, high = np.percentile(along[_object(clean)], [2, 98])
    return (2 * (along - low) / (high - low) - 1).astype(np.float32)


def out_of_focus(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Blur by a Gaussian of 1.5, 3 or 5 pixels."""
    return _relit(clean, cv2.GaussianBlur(clean.photo.linear_rgb, (0, 0), (1.5, 3.0, 5.0)[level]))


def moved(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Smear over 6, 12 or 24 pixels in a random direction."""
    length, angle = (6, 12, 24)[level], rng.uniform(0, np.pi)
    kernel = np.zeros((2 * length + 1,) * 2, np.float32)
    for t in np.linspace(-length / 2, length / 2, 8 * length + 1):
        kernel[round(length + t * np.sin(angle)), round(length + t * np.cos(angle))] += 1
    linear = cv2.filter2D(
        clean.photo.linear_rgb, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT
    )
    return _relit(clean, linear)


def noisy(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Add noise of 6, 12 or 24 levels, half of it common to the channels."""
    sigma = (6, 12, 24)[level] / 255
    shape = clean.photo.linear_rgb.shape
    grain = rng.normal(0, sigma, shape) * 0.7 + rng.normal(0, sigma, (*shape[:2], 1)) * 0.7
    encoded = np.clip(srgb_from_linear(clean.photo.linear_rgb) + grain, 0, 1).astype(np.float32)
    return _relit(clean, linear_from_srgb(encoded))


def compressed(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Save as JPEG of quality 25, 12 or 6."""
    rgb = srgb8_from_linear(clean.photo.linear_rgb)
    data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, (25, 12, 6)[level]])[1]
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]
    return photo_from(clean.photo.name, decoded, clean.photo.alpha), clean.mask


def too_dark(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Expose 3, 4.5 or 6 stops less."""
    return _relit(clean, clean.photo.linear_rgb * 2.0 ** -(3, 4.5, 6)[level])


def too_bright(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Expose until 30, 55 or 80 % of the object are beyond the sensor's range by a stop.

    A sensor's channels see some of each other's light, so saturated colours turn white as well.
    """
    light = luminance(clean.photo.linear_rgb)
    level_at = np.percentile(light[_object(clean)], (70, 45, 20)[level])
    mixed = 0.8 * clean.photo.linear_rgb + 0.2 * light[..., None]
    return _relit(clean, mixed * (4.0 / max(float(level_at), 1e-3)))


def burnt_spot(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Shine a lamp on 10, 20 or 30 % of the object."""
    y, x = np.mgrid[: clean.photo.height, : clean.photo.width].astype(np.float32)
    inside = _object(clean)
    ys, xs = np.nonzero(inside)
    pick = rng.integers(len(ys))
    distance = np.hypot(x - xs[pick], y - ys[pick])
    radius = np.percentile(distance[inside], (12, 22, 32)[level])
    spot = 0.5 - 0.5 * np.tanh((distance - radius) / (0.1 * radius + 2))
    return _relit(clean, clean.photo.linear_rgb + 3.0 * spot[..., None])


def crushed(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Cut the shadows off so that 35, 55 or 75 % of the object are black."""
    brightest = clean.photo.linear_rgb.max(axis=2)
    floor = np.percentile(brightest[_object(clean)], (35, 55, 75)[level])
    return _relit(clean, np.clip(clean.photo.linear_rgb - floor, 0, None) / max(1 - floor, 0.05))


def lit_from_one_side(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Let the light fall off by 2.5, 4 or 6 stops across the object."""
    stops = (2.5, 4.0, 6.0)[level] * (_across(clean, rng) - 0.3).clip(-1.6, 0.7) / 2
    return _relit(clean, clean.photo.linear_rgb * 2.0 ** stops[..., None])


def hard_shadow(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Cast a straight shadow of 2, 3 or 4 stops over about half of the object."""
    place = _across(clean, rng) - rng.uniform(-0.2, 0.2)
    edge = 0.5 + 0.5 * np.tanh(place / 0.04)
    return _relit(
        clean, clean.photo.linear_rgb * 2.0 ** (-(2.0, 3.0, 4.0)[level] * edge[..., None])
    )


def like_background(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Turn the background into the object's own colours, by 70, 85 or 97 %."""
    inside = _object(clean).astype(np.float32)
    solid = cv2.erode(inside, np.ones((3, 3)))
    spread, weight = clean.photo.linear_rgb * solid[..., None], solid
    size = float(np.sqrt(inside.sum()))
    spread = cv2.GaussianBlur(spread, (0, 0), 0.08 * size)
    weight = cv2.GaussianBlur(weight, (0, 0), 0.08 * size)
    mean = clean.photo.linear_rgb[inside > 0].mean(0)
    near = (spread + 1e-4 * mean) / (weight + 1e-4)[..., None]
    return _behind(clean, near, (0.7, 0.85, 0.97)[level])


def cluttered(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Fill the background with junk: bars, discs and letters, at 40, 70 or 100 %."""
    shape = clean.photo.linear_rgb.shape
    junk = np.full(shape, 128, np.uint8)
    unit = max(shape[:2]) / 40
    for _ in range(700):
        at = tuple(int(v) for v in rng.uniform(0, 1, 2) * shape[1::-1])
        color = tuple(int(v) for v in rng.integers(0, 255, 3))
        far = tuple(int(v) for v in np.array(at) + rng.normal(0, 3 * unit, 2))
        kind = rng.integers(3)
        if kind == 0:
            cv2.line(junk, at, far, color, int(unit * rng.uniform(0.2, 1)) + 1, cv2.LINE_AA)
        elif kind == 1:
            cv2.circle(junk, at, int(unit * rng.uniform(0.3, 1.5)) + 1, color, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(junk, at, far, color, -1)
    linear = linear_from_srgb(junk.astype(np.float32) / 255)
    return _behind(clean, linear, (0.4, 0.7, 1.0)[level])


def _behind(clean: CleanPhoto, background: np.ndarray, share: float) -> Spoilt:
    """Blend another background in; a cut-out becomes a photo of it."""
    old = clean.photo.linear_rgb
    if clean.photo.alpha is not None:
        old = np.full_like(old, 0.6)
    alpha = clean.mask.alpha[..., None]
    mixed = old * (1 - share) + background * share
    linear = clean.photo.linear_rgb * alpha + mixed * (1 - alpha)
    photo = photo_from(clean.photo.name, srgb8_from_linear(linear.astype(np.float32)), None)
    return photo, replace(clean.mask, alpha=np.array(clean.mask.alpha))


def cut_off(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Crop 8, 18 or 30 % of the object away at a random side."""
    x0, y0, x1, y1 = _box(_object(clean))
    share, side = (0.08, 0.18, 0.3)[level], rng.integers(4)
    left, top, right, bottom = 0, 0, clean.photo.width, clean.photo.height
    if side == 0:
        left = int(x0 + share * (x1 - x0))
    elif side == 1:
        right = int(x1 - share * (x1 - x0))
    elif side == 2:
        top = int(y0 + share * (y1 - y0))
    else:
        bottom = int(y1 - share * (y1 - y0))
    return _mapped(clean, lambda p: p[top:bottom, left:right])


def far_away(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Shrink the object to 27, 19 or 12 % of the frame."""
    x0, y0, x1, y1 = _box(_object(clean))
    now = max((x1 - x0) / clean.photo.width, (y1 - y0) / clean.photo.height)
    factor = (0.27, 0.19, 0.12)[level] / now
    height, width = clean.photo.height, clean.photo.width
    size = (max(8, int(width * factor)), max(8, int(height * factor)))
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    rest = (height - size[1] - top, width - size[0] - left)

    def shrink(plane: np.ndarray) -> np.ndarray:
        small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        return cv2.copyMakeBorder(small, top, rest[0], left, rest[1], cv2.BORDER_REPLICATE)

    return _mapped(clean, shrink)


def few_pixels(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Scale the photo so that the object has 220, 150 or 80 pixels."""
    x0, y0, x1, y1 = _box(_object(clean))
    factor = (220, 150, 80)[level] / max(x1 - x0, y1 - y0)
    size = (int(clean.photo.width * factor), int(clean.photo.height * factor))
    return _mapped(clean, lambda p: cv2.resize(p, size, interpolation=cv2.INTER_AREA))


def two_objects(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Put a copy of 50, 70 or 100 % of the size beside the object."""
    x0, y0, x1, y1 = _box(_object(clean))
    factor, height, width = (0.5, 0.7, 1.0)[level], clean.photo.height, clean.photo.width
    size = (max(4, int((x1 - x0) * factor)), max(4, int((y1 - y0) * factor)))
    gap = max(4, width // 25)
    top = min(max(0, y1 - size[1]), height - size[1])

    def beside(plane: np.ndarray) -> np.ndarray:
        grown = cv2.copyMakeBorder(
            plane, 0, 0, 0, max(0, x1 + 2 * gap + size[0] - width), cv2.BORDER_REPLICATE
        )
        copy = cv2.resize(plane[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
        grown[top : top + size[1], x1 + gap : x1 + gap + size[0]] = copy
        return grown

    return _mapped(clean, beside)


def boxed(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Give the photo an alpha channel that is a box, 2, 8 or 15 % larger than the object."""
    x0, y0, x1, y1 = _box(_object(clean))
    margin = (0.02, 0.08, 0.15)[level] * max(x1 - x0, y1 - y0)
    alpha = np.zeros(clean.mask.alpha.shape, np.float32)
    alpha[
        max(0, int(y0 - margin)) : int(y1 + margin), max(0, int(x0 - margin)) : int(x1 + margin)
    ] = 1
    photo = photo_from(clean.photo.name, srgb8_from_linear(clean.photo.linear_rgb), alpha.copy())
    return photo, Mask(alpha=alpha, source="alpha-channel")


def inverted(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Invert the mask, after cropping to 4, 12 or 30 % around the object."""
    x0, y0, x1, y1 = _box(_object(clean))
    margin = int((0.04, 0.12, 0.3)[level] * max(x1 - x0, y1 - y0))
    window = np.s_[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin]
    photo, mask = _mapped(clean, lambda p: p[window])
    return photo, Mask(alpha=1 - mask.alpha, source="user")


def see_through(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Let the background through: 70, 85 or 95 %, all but a rim, as in glass."""
    inside = _object(clean).astype(np.uint8)
    rgb = srgb8_from_linear(clean.photo.linear_rgb)
    grown = cv2.dilate(inside, np.ones((9, 9), np.uint8))
    small = [
        cv2.resize(p, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        for p in (rgb, grown * 255)
    ]
    if clean.photo.alpha is not None:
        small[0][:] = 200
    filled = cv2.inpaint(small[0], (small[1] > 0).astype(np.uint8), 3, cv2.INPAINT_TELEA)
    behind = linear_from_srgb(cv2.resize(filled, rgb.shape[1::-1]).astype(np.float32) / 255)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    rim = np.exp(-depth / (0.02 * np.sqrt(inside.sum())))
    through = ((0.7, 0.85, 0.95)[level] * (1 - rim) * inside)[..., None].astype(np.float32)
    front = clean.photo.linear_rgb
    base = front if clean.photo.alpha is None else np.where(inside[..., None] > 0, front, behind)
    linear = base * (1 - through) + behind * through
    photo = photo_from(clean.photo.name, srgb8_from_linear(linear.astype(np.float32)), None)
    return photo, replace(clean.mask, alpha=np.array(clean.mask.alpha))


def mirroring(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Reflect a room with windows in the object, by 50, 75 or 100 %.

    Normals come from blurred brightness and the distance to the rim; the room is dark with a few
    windows far brighter than white.
    """
    inside = _object(clean).astype(np.uint8)
    size = float(np.sqrt(inside.sum()))
    light = luminance(clean.photo.linear_rgb)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5) / size
    height = cv2.GaussianBlur(np.sqrt(depth) + 0.15 * light, (0, 0), 0.01 * size + 0.5)
    nx, ny = (cv2.Sobel(height, cv2.CV_32F, *d, ksize=3) * size / 8 for d in ((1, 0), (0, 1)))
    room = np.full((64, 128), 0.08, np.float32)
    for _ in range(14):
        x, y = rng.integers(128), rng.integers(64)
        cv2.rectangle(room, (int(x), int(y)), (int(x) + 7, int(y) + 10), 6.0, -1)
    room[40:] = np.maximum(room[40:], 0.2)
    u = ((nx * 40 + 64) % 128).astype(np.float32)
    v = ((ny * 30 + 32) % 64).astype(np.float32)
    seen = cv2.remap(room, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    share = ((0.5, 0.75, 1.0)[level] * clean.mask.alpha)[..., None]
    return _relit(clean, clean.photo.linear_rgb * (1 - share) + seen[..., None] * share)


def frontal(clean: CleanPhoto, level: int, rng: np.random.Generator) -> Spoilt:
    """Mirror the left half, with the halves 1.5, 0.7 or 0 % of the width out of place."""
    x0, _, x1, _ = _box(_object(clean))
    middle, shift = (x0 + x1) // 2, int((0.015, 0.007, 0.0)[level] * (x1 - x0))
    reach = min(middle, clean.photo.width - middle - shift)

    def mirrored(plane: np.ndarray) -> np.ndarray:
        left = plane[:, middle - reach : middle]
        return np.concatenate([left, left[:, ::-1][:, shift:]], axis=1)

    return _mapped(clean, mirrored)


def _mapped(clean: CleanPhoto, change: Callable[[np.ndarray], np.ndarray]) -> Spoilt:
    """Change colours, alpha and mask alike."""
    linear, alpha = np.array(clean.photo.linear_rgb), np.array(clean.mask.alpha)
    has_alpha = clean.photo.alpha is not None
    mask = np.clip(np.ascontiguousarray(change(alpha)), 0, 1)
    rgb = srgb8_from_linear(np.ascontiguousarray(change(linear)))
    photo = photo_from(clean.photo.name, rgb, mask.copy() if has_alpha else None)
    return photo, Mask(alpha=mask, source=clean.mask.source)


DEFECTS: Mapping[str, Defect] = {
    "focus blur": Defect(("photo.blur.focus",), out_of_focus),
    "motion blur": Defect(("photo.blur.motion",), moved),
    "noise": Defect(("photo.noise",), noisy),
    "JPEG damage": Defect(("photo.compression.jpeg",), compressed),
    "under-exposure": Defect(("photo.exposure.under",), too_dark),
    "over-exposure": Defect(("photo.exposure.over",), too_bright),
    "clipped highlights": Defect(("photo.clipping.highlights", "photo.exposure.over"), burnt_spot),
    "clipped shadows": Defect(("photo.clipping.shadows",), crushed),
    "directional light": Defect(
        ("photo.light.directional", "photo.light.hard_shadow"), lit_from_one_side
    ),
    "hard shadow": Defect(("photo.light.hard_shadow", "photo.light.directional"), hard_shadow),
    "low contrast": Defect(("photo.background.contrast",), like_background),
    "clutter": Defect(("photo.background.clutter",), cluttered),
    "cut by the frame": Defect(("photo.frame.cut",), cut_off),
    "too small": Defect(("photo.frame.small",), far_away),
    "low resolution": Defect(("photo.resolution.low",), few_pixels),
    "several objects": Defect(("photo.objects.several",), two_objects),
    "box alpha": Defect(("photo.mask.box",), boxed),
    "inverted mask": Defect(("photo.mask.inverted",), inverted),
    "transparent": Defect(("photo.surface.transparent",), see_through),
    "mirror-like": Defect(("photo.surface.mirror",), mirroring),
    "frontal view": Defect(("photo.view.frontal",), frontal),
}
