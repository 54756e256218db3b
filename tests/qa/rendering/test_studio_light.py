import numpy as np

from bozzetto.qa.rendering.studio_light import cube_directions, studio_ktx, studio_radiance


def test_cube_directions_cover_the_sphere_evenly():
    directions = cube_directions(16)
    weights = np.abs(directions).max(axis=1) ** 3
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    np.testing.assert_allclose((directions * weights[:, None]).sum(axis=0), 0, atol=1e-9)
    assert np.isclose(4 / 16**2 * weights.sum(), 4 * np.pi, rtol=5e-3)


def test_each_face_looks_along_its_axis():
    faces = cube_directions(3).reshape(6, 9, 3)
    expected = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]
    np.testing.assert_allclose(faces[:, 4], expected, atol=1e-12)


def test_light_is_positive_and_stronger_from_above():
    directions = cube_directions(16)
    light = studio_radiance(directions)
    assert (light > 0).all()
    assert light[directions[:, 1] > 0].mean() > 1.5 * light[directions[:, 1] < 0].mean()


def test_the_file_is_a_ktx_and_always_the_same():
    studio_ktx.cache_clear()
    first = studio_ktx()
    studio_ktx.cache_clear()
    assert first == studio_ktx()
    assert first[:12] == b"\xabKTX 11\xbb\r\n\x1a\n"
    # Faces of 32, 16, 8 and 4 texels, four half floats each, and a length before every level.
    texels = 6 * sum(side**2 for side in (32, 16, 8, 4))
    metadata = int.from_bytes(first[60:64], "little")
    assert len(first) == 64 + metadata + 4 * 4 + texels * 8
