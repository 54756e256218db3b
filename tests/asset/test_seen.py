import numpy as np
import pytest

from bozzetto.asset.seen import SeenMaps


def some_maps(*, size=(4, 6), **changes):
    planes = {
        "normals": np.zeros((*size, 3), np.float32),
        "albedo": np.zeros((*size, 3), np.float32),
        "roughness": np.zeros(size, np.float32),
        "metallic": np.zeros(size, np.float32),
    }
    return SeenMaps(**({"corner_px": (10.0, -20.0), "pixel_px": 2.5} | planes | changes))


def test_the_centre_of_a_map_pixel_lies_half_a_pixel_from_its_corner():
    cells = some_maps().cells(np.array([[10 + 2.5 * 3.5, -20 + 2.5 * 0.5]]))
    np.testing.assert_allclose(cells, [[3.5, 0.5]])


def test_maps_without_a_size_are_refused():
    with pytest.raises(ValueError, match="above 0"):
        some_maps(pixel_px=0.0)
