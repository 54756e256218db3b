"""The contract of every renderer."""

import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import ResourceError
from bozzetto.formats.gltf.glb import write_glb
from bozzetto.imaging.color import linear_from_srgb8
from bozzetto.qa.rendering.base import Renderer, RenderShape, RenderStyle
from bozzetto.qa.rendering.cameras import SIX_SIDES, side_cameras
from bozzetto.qa.rendering.registry import choose_renderer, renderer_names
from bozzetto.qa.rendering.shading import ORIGIN_COLORS
from tests.build import a_front_camera, a_sphere
from tests.textured import a_globe, a_material, a_plain_material, an_asset

LIT = (RenderStyle.CLAY, RenderStyle.TEXTURED)


@pytest.fixture(scope="module", params=renderer_names())
def renderer(request):
    chosen, findings = choose_renderer(request.param)
    if findings:
        pytest.skip(findings[0].message)
    return chosen


def draw(renderer, shape, *, style, camera=None):
    """One picture."""
    return renderer.render(shape, cameras=[camera or a_front_camera()], style=style)[0]


def a_two_sided_box():
    """Red on the +x side, green on -x, blue on +z; corners split so that colours do not mix."""
    colors = {(0, 1): (255, 0, 0), (0, -1): (0, 255, 0), (2, 1): (0, 0, 255), (2, -1): (60, 60, 60)}
    positions, triangles, paint = [], [], []
    for (axis, sign), color in colors.items():
        square = np.array([[1, -1, -1], [1, 1, -1], [1, 1, 1], [1, -1, 1]], float)
        side = np.roll(square, axis, axis=1) * sign
        order = [0, 1, 2, 0, 2, 3] if sign > 0 else [2, 1, 0, 3, 2, 0]
        triangles.append(np.array(order).reshape(2, 3) + len(positions) * 4)
        positions.append(side)
        paint.append(np.tile(color, (4, 1)))
    return Mesh(
        positions=np.concatenate(positions).astype(np.float32),
        triangles=np.concatenate(triangles).astype(np.int32),
        colors=linear_from_srgb8(np.concatenate(paint).astype(np.uint8)),
    )


def test_it_is_a_renderer(renderer):
    assert isinstance(renderer, Renderer)
    assert renderer.name in renderer_names()


@pytest.mark.parametrize("style", list(RenderStyle))
def test_every_style_gives_a_picture_of_the_camera_s_size(renderer, style):
    camera = a_front_camera(width=41, height=30, focal_px=45.0)
    picture = draw(renderer, RenderShape.of(an_asset()), style=style, camera=camera)
    assert picture.shape == (30, 41, 4)
    assert picture[15, 20, 3] == 255
    assert picture[0, 0, 3] == 0


@pytest.mark.parametrize("style", LIT)
def test_the_silhouette_of_a_ball_is_the_analytic_one_to_a_pixel(renderer, style):
    camera = a_front_camera(width=200, height=150, focal_px=300.0)
    picture = draw(renderer, RenderShape(mesh=a_sphere(subdivisions=5)), style=style, camera=camera)
    # A ball on the axis shows a disc whose rim ray touches it: sin(angle) = radius / distance.
    radius = 300 * np.tan(np.arcsin(0.5 / 3))
    y, x = np.mgrid[:150, :200] + 0.5
    distance = np.hypot(x - 100, y - 75)
    assert (picture[..., 3][distance < radius - 1] == 255).all()
    assert (picture[..., 3][distance > radius + 1] == 0).all()


@pytest.mark.parametrize("style", LIT)
def test_a_principal_point_off_centre_moves_the_picture(renderer, style):
    shape = RenderShape(mesh=a_sphere(subdivisions=3))
    wide = draw(renderer, shape, style=style, camera=a_front_camera(width=120, height=90))
    window = a_front_camera(width=120, height=90).cropped(x0=30, y0=10, width=60, height=50)
    cut = draw(renderer, shape, style=style, camera=window)
    difference = cut[..., 3].astype(int) - wide[10:60, 30:90, 3]
    assert np.abs(difference).max() <= 64  # One of four samples may fall to the other side.


def test_unlit_colours_are_those_of_the_texture(renderer):
    shape = RenderShape(mesh=a_globe(), material=a_plain_material(srgb8=(200, 90, 30)))
    picture = draw(renderer, shape, style=RenderStyle.BASE_COLOR)
    inside = picture[..., 3] == 255
    assert np.abs(picture[inside][:, :3].astype(int) - [200, 90, 30]).max() <= 1


def test_lit_colours_keep_the_hue_of_the_texture(renderer):
    shape = RenderShape(mesh=a_globe(), material=a_plain_material(srgb8=(200, 90, 30)))
    picture = draw(renderer, shape, style=RenderStyle.TEXTURED)
    red, green, blue = picture[picture[..., 3] == 255][:, :3].mean(axis=0)
    assert 120 < red < 250
    assert red > green + 30 > blue + 30


def test_the_front_of_a_box_is_blue_and_its_right_side_red(renderer):
    box = RenderShape(mesh=a_two_sided_box())
    cameras = {c.name: c.camera for c in side_cameras(box.mesh, size_px=48)}
    strongest = {"front": 2, "right": 0, "left": 1}
    for style in (RenderStyle.BASE_COLOR, RenderStyle.TEXTURED):
        for name, channel in strongest.items():
            picture = draw(renderer, box, style=style, camera=cameras[name])
            assert picture[24, 24, :3].argmax() == channel, (style, name)


def test_from_three_quarters_the_x_side_stands_on_the_right(renderer):
    box = RenderShape(mesh=a_two_sided_box())
    (view,) = side_cameras(box.mesh, size_px=64, names=("three-quarter",))
    picture = draw(renderer, box, style=RenderStyle.TEXTURED, camera=view.camera)
    row = picture[32, picture[32, :, 3] == 255, :3]
    assert row[2].argmax() == 2
    assert row[-3].argmax() == 0


def test_light_comes_from_above(renderer):
    picture = draw(renderer, RenderShape(mesh=a_sphere(subdivisions=4)), style=RenderStyle.CLAY)
    assert int(picture[32, 64, 0]) > int(picture[64, 64, 0]) + 15


def test_a_lamp_at_the_left_lights_the_left_and_one_at_the_right_its_mirror_image(renderer):
    shape = RenderShape(mesh=a_globe(), material=a_plain_material(srgb8=(150, 150, 150)))
    left, right = (
        draw(renderer, shape, style=style)[..., 0].astype(int)
        for style in (RenderStyle.LIT_LEFT, RenderStyle.LIT_RIGHT)
    )
    middle, quarter = left.shape[0] // 2, left.shape[1] // 6
    centre = left.shape[1] // 2
    assert left[middle, centre - quarter] > left[middle, centre + quarter] + 40
    assert np.abs(left - right[:, ::-1]).mean() < 2


@pytest.mark.parametrize("style", LIT)
def test_the_same_call_gives_the_same_pictures(renderer, style):
    shape = RenderShape.of(an_asset())
    other = side_cameras(shape.mesh, size_px=40)[2].camera
    first = renderer.render(shape, cameras=[a_front_camera(), other], style=style)
    second = renderer.render(shape, cameras=[other, a_front_camera()], style=style)
    np.testing.assert_array_equal(first[0], second[1])
    np.testing.assert_array_equal(first[1], second[0])


def test_the_delivered_file_looks_like_the_arrays(renderer):
    asset = an_asset(material=a_plain_material(srgb8=(60, 130, 180)))
    arrays = draw(renderer, RenderShape.of(asset), style=RenderStyle.TEXTURED)
    delivered = RenderShape.of(asset, glb=write_glb(asset))
    file = draw(renderer, delivered, style=RenderStyle.TEXTURED)
    inside = (arrays[..., 3] == 255) & (file[..., 3] == 255)
    difference = arrays[inside][:, :3].astype(int) - file[inside][:, :3]
    assert np.abs(difference).mean() < 3


def test_origins_have_their_colours(renderer):
    asset = an_asset(material=a_material(size=32))
    picture = draw(renderer, RenderShape.of(asset), style=RenderStyle.ORIGIN)
    assert tuple(picture[48, 64, :3]) == ORIGIN_COLORS[1]


def test_all_six_sides_are_framed_and_of_one_scale(renderer):
    shape = RenderShape(mesh=a_sphere())
    cameras = side_cameras(shape.mesh, size_px=50)
    assert tuple(named.name for named in cameras) == SIX_SIDES
    pictures = renderer.render(
        shape, cameras=[named.camera for named in cameras], style=RenderStyle.CLAY
    )
    areas = [(picture[..., 3] > 127).mean() for picture in pictures]
    assert max(areas) - min(areas) < 0.02
    assert all((picture[0, :, 3] == 0).all() for picture in pictures)
    assert min(areas) > 0.5


def test_a_file_that_filament_refuses_is_reported(renderer):
    if renderer.name != "filament":
        pytest.skip("only Filament reads files")
    shape = RenderShape.of(an_asset(), glb=b"no file")
    from bozzetto.errors import FormatError

    with pytest.raises(FormatError, match="cannot open"):
        draw(renderer, shape, style=RenderStyle.TEXTURED)


def test_a_trial_picture_comes_out_right(renderer):
    from bozzetto.qa.rendering.trial import draw_trial

    assert draw_trial(renderer)


class Blank:
    """Draws nothing."""

    name = "blank"

    def render(self, shape, *, cameras, style):
        return tuple(np.zeros((camera.height, camera.width, 4), np.uint8) for camera in cameras)


def test_a_blank_trial_picture_is_noticed():
    from bozzetto.qa.rendering.trial import draw_trial

    with pytest.raises(ResourceError, match="0% covered where 25% were due"):
        draw_trial(Blank())
