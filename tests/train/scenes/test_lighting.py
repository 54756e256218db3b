import numpy as np
import pytest

from bozzetto_train.scenes.gbuffer import render
from bozzetto_train.scenes.lighting import Light, albedo_of, random_light, shade
from bozzetto_train.scenes.photograph import photograph
from tests.train.build_scene import scene_of, sphere
from tests.train.scenes.test_gbuffer import front_view


def light(**changes):
    values = {
        "sky": np.ones(3, np.float32),
        "ground": np.ones(3, np.float32),
        "lamps": np.zeros((3, 3), np.float32),
        "softbox": np.array([0, -1, 0], np.float32),
        "exposure": 1.0,
    }
    return Light(**(values | changes))


@pytest.fixture(scope="module")
def scene():
    return scene_of(sphere(0.45, color=(0.6, 0.3, 0.1)))


@pytest.fixture(scope="module")
def record(scene):
    return render(scene, front_view(scene.model), np.random.default_rng(1))


def test_even_light_shows_the_albedos_hue(record):
    color = shade(record, light(), albedo=albedo_of(record))
    middle = color[record.normals[:, 2] < -110].mean(axis=0)
    assert middle[0] / middle[1] == pytest.approx(2, rel=0.15)
    assert middle[0] > middle[1] > middle[2]


def test_a_lamp_lights_the_side_it_stands_on(record):
    lamps = np.zeros((3, 3), np.float32)
    lamps[0] = 3
    color = shade(record, light(lamps=lamps), albedo=albedo_of(record)).mean(axis=1)
    toward = record.normals.astype(np.float32) @ record.lights[0]
    assert color[toward > 80].mean() > 1.5 * color[toward < -20].mean()


def test_dark_things_stay_darker_than_light_ones(record):
    dark = shade(record, light(), albedo=albedo_of(record) * 0.1).mean()
    assert dark < 0.3 * shade(record, light(), albedo=albedo_of(record)).mean()


def test_random_light_differs_and_repeats(record):
    def picture(seed):
        return shade(record, random_light(np.random.default_rng(seed)), albedo=albedo_of(record))

    assert np.array_equal(picture(1), picture(1))
    assert np.abs(picture(1) - picture(2)).mean() > 0.005


def test_the_camera_of_a_photograph_projects_the_object_onto_its_alpha(scene):
    photo = photograph(scene, front_view(scene.model, offset=(0.5, 0.2)), light(), size=128)
    pixels, _ = photo.camera.project(scene.model.positions)
    rows, columns = np.nonzero(photo.alpha > 0.5)
    assert columns.min() == pytest.approx(pixels[:, 0].min(), abs=1)
    assert columns.max() + 1 == pytest.approx(pixels[:, 0].max(), abs=1)
    assert rows.min() == pytest.approx(pixels[:, 1].min(), abs=1)
    assert rows.max() + 1 == pytest.approx(pixels[:, 1].max(), abs=1)
