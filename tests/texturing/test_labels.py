"""Print stays as sharp on the finished asset as it was in the photo."""

import numpy as np
from PIL import Image, ImageDraw
from skimage.metrics import structural_similarity

from bozzetto.imaging.color import linear_from_srgb, srgb_from_linear
from bozzetto.imaging.resample import sample
from bozzetto.qa.rendering.base import RenderShape, RenderStyle
from bozzetto.qa.rendering.raycast import RaycastRenderer
from bozzetto.texturing.surface import PosedForeground, texture_mesh
from bozzetto.texturing.unwrap import UnwrapOptions, unwrap
from tests.build import a_sphere
from tests.texturing.scene import camera_at, painted, photograph

SIZE = 384


def a_label():
    """White paper with lines of small black print."""
    paper = Image.new("RGB", (256, 256), (217, 217, 217))
    pen = ImageDraw.Draw(paper)
    for line, text in enumerate(("BOZZETTO", "net weight", "12.5 oz 354 g", "shake well")):
        pen.text((20, 45 + 42 * line), text, fill=(30, 30, 30), font_size=30)
    return np.asarray(paper, np.float32) / np.float32(255)


def printed_paint(points):
    """The label, projected onto the front of the ball."""
    return linear_from_srgb(sample(a_label(), np.stack(
        [(points[:, 0] + 0.4) / 0.8 * 256, (0.9 - points[:, 1]) / 0.8 * 256], axis=1
    )))  # fmt: skip


def test_printed_labels_keep_their_structure_through_the_fitted_camera():
    ball, camera = a_sphere(subdivisions=5), camera_at(0, size=SIZE)
    photo = photograph(ball, camera, printed_paint)
    laid = unwrap(a_sphere(subdivisions=4), options=UnwrapOptions(texture_size=1024)).mesh
    made = texture_mesh(
        laid,
        high=ball,
        views=[PosedForeground(foreground=photo, camera=camera)],
        options=painted(1024),
    )
    ((colors, _),) = RaycastRenderer(samples_per_side=3).render_linear(
        RenderShape(mesh=made.mesh, material=made.material),
        cameras=[camera],
        style=RenderStyle.BASE_COLOR,
    )
    window = np.s_[SIZE // 4 : 3 * SIZE // 4, SIZE // 4 : 3 * SIZE // 4]
    first, second = (srgb_from_linear(x)[window].mean(axis=2) for x in (photo.linear_rgb, colors))
    assert structural_similarity(first, second, data_range=1.0) > 0.97
