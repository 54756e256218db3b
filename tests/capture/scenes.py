"""A small synthetic photograph without defects, and its mask."""

import cv2
import numpy as np

from bozzetto.imaging.color import linear_from_srgb
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

WIDTH, HEIGHT = 640, 480
BOX = (150, 70, 470, 410)
"""Of the object: x0, y0, x1, y1."""


def rgb_and_alpha():
    """Encoded colours and alpha: a two-coloured thing with a pattern, before a plain wall."""
    wall = np.linspace(0.55, 0.45, HEIGHT, dtype=np.float32)[:, None, None]
    rgb = wall * np.array([0.85, 1.0, 1.15], np.float32) * np.ones((HEIGHT, WIDTH, 1), np.float32)
    alpha, big = np.zeros((HEIGHT, WIDTH), np.float32), np.zeros((HEIGHT * 4, WIDTH * 4), np.uint8)
    outline = [(600, 1500), (680, 420), (1100, 290), (1870, 700), (1750, 1630), (1000, 1600)]
    cv2.fillPoly(big, [np.array(outline)], 255)
    alpha = cv2.resize(big, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    thing = np.zeros((HEIGHT * 4, WIDTH * 4, 3), np.float32)
    thing[:] = (0.75, 0.35, 0.2)
    thing[900:] = (0.85, 0.75, 0.3)
    rng = np.random.default_rng(5)
    for _ in range(60):
        at = (int(rng.integers(600, 1900)), int(rng.integers(300, 1600)))
        color = tuple(float(v) for v in rng.uniform(0.15, 0.8, 3))
        cv2.circle(thing, at, int(rng.integers(20, 70)), color, -1)
    thing = cv2.resize(thing, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return rgb * (1 - alpha[..., None]) + thing * alpha[..., None], alpha


def a_scene(change=lambda rgb, alpha: rgb, *, cut_out=False):
    """The photo after a change to its encoded colours, and its mask."""
    rgb, alpha = rgb_and_alpha()
    return as_photo(change(rgb, alpha), alpha, cut_out=cut_out), as_mask(alpha)


def as_photo(rgb, alpha=None, *, cut_out=False):
    levels = np.round(np.clip(rgb, 0, 1) * 255) / 255
    linear = linear_from_srgb(np.ascontiguousarray(levels, np.float32))
    own = np.array(alpha, np.float32) if cut_out else None
    return Photo(name="scene.png", sha256="0" * 64, linear_rgb=linear, alpha=own)


def as_mask(alpha, *, source="user"):
    return Mask(alpha=np.array(alpha, np.float32), source=source)


def smeared(rgb, *, length, angle_deg):
    """Motion blur along an angle, with x to the right and y down."""
    kernel = np.zeros((2 * length + 1,) * 2, np.float32)
    angle = np.radians(angle_deg)
    for t in np.linspace(-length / 2, length / 2, 8 * length + 1):
        kernel[round(length + t * np.sin(angle)), round(length + t * np.cos(angle))] += 1
    return cv2.filter2D(rgb, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)


def as_jpeg(rgb, *, quality):
    """The picture after a round trip through JPEG."""
    levels = np.round(rgb * 255).astype(np.uint8)
    data = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.float32) / 255
