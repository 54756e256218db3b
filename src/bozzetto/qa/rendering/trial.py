"""A trial picture that tells a working renderer from a broken one."""

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import ResourceError
from bozzetto.qa.rendering.base import Renderer, RenderShape, RenderStyle
from bozzetto.qa.rendering.cameras import side_cameras

_SIDE_PX = 32


def draw_trial(renderer: Renderer) -> bool:
    """Draw a square sheet and check that it is there, lit, and in its place.

    Raises:
        ResourceError: The picture is wrong.
    """
    sheet = Mesh(
        positions=np.array([[-1, 0, 0], [1, 0, 0], [1, 2, 0], [-1, 2, 0]], np.float32),
        triangles=np.array([[0, 1, 2], [0, 2, 3]], np.int32),
    )
    (front,) = side_cameras(sheet, size_px=_SIDE_PX, names=("front",), margin=0.25)
    shape = RenderShape(mesh=sheet)
    (picture,) = renderer.render(shape, cameras=[front.camera], style=RenderStyle.CLAY)
    alpha, middle = picture[..., 3], picture[_SIDE_PX // 2, _SIDE_PX // 2]
    covered = float((alpha > 127).mean())
    if not (0.2 < covered < 0.3 and alpha[0, 0] == 0 and 40 < middle[:3].mean() < 250):
        raise ResourceError(
            f"The renderer {renderer.name!r} drew a wrong picture:"
            f" {covered:.0%} covered where 25% were due, middle {middle.tolist()}."
        )
    return True
