from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from bozzetto.asset.poses import posed_part
from bozzetto.formats.base import Source
from bozzetto.formats.gltf.container import unpack_glb
from bozzetto.formats.registry import load_format
from tests.models import a_figure

both = pytest.mark.parametrize("kind", ["glb", "glb-web"])


def smooth_figure():
    """A figure that bends for 11 frames, at 30 a second."""
    figure = a_figure(frames=11)
    return replace(figure, clips=(replace(figure.clips[0], frames_per_second=30.0),))


def written(model, kind):
    """The file, its document and what is read back."""
    made = load_format(kind).write(model)
    content = unpack_glb(made.data, name="it")
    return made, content.document, load_format(kind).read(Source.of(made)).model


def channels(document, clip=0):
    """Joint, property and number of keys of a clip's tracks."""
    animation = document.children("animations")[clip]
    found = []
    for channel in animation.children("channels"):
        sampler = animation.item("samplers", channel.integer("sampler"))
        keys = document.item("accessors", sampler.integer("input")).integer("count")
        target = channel.child("target")
        joint = document.item("nodes", target.integer("node")).text("name")
        found.append((joint, target.text("path"), keys))
    return found


def turned(clip, joint, angle):
    """A clip in which one joint stands turned about z all the time."""
    rotations = clip.rotations.copy()
    rotations[:, joint] = (0, 0, np.sin(angle / 2), np.cos(angle / 2))
    return replace(clip, rotations=rotations)


@both
def test_only_what_moves_takes_keys(kind):
    figure = smooth_figure()
    clip = turned(figure.clips[0], 2, 0.5)
    _, document, back = written(replace(figure, clips=(clip,)), kind)
    assert sorted(channels(document)) == [("leftHand", "rotation", 1), ("spine", "rotation", 11)]
    np.testing.assert_allclose(
        np.abs(back.clips[0].rotations[:, 2]), np.abs(clip.rotations[:, 2]), atol=2e-4
    )


@both
def test_the_same_motion_comes_back(kind):
    figure = smooth_figure()
    _, _, back = written(figure, kind)
    for frame in (0, 5, 10):
        wanted = posed_part(figure, figure.parts[0], clip=figure.clips[0], frame=frame)
        got = posed_part(back, back.parts[0], clip=back.clips[0], frame=frame)
        assert max(cKDTree(wanted).query(got)[0]) < 2e-3
        assert max(cKDTree(got).query(wanted)[0]) < 2e-3


@both
def test_a_clip_in_which_nothing_moves_keeps_its_length(kind):
    figure = smooth_figure()
    still = replace(figure.clips[0], rotations=np.tile(figure.clips[0].rotations[:1], (11, 1, 1)))
    _, document, back = written(replace(figure, clips=(still,)), kind)
    assert channels(document) == [("hips", "rotation", 11)]
    assert back.clips[0].seconds == pytest.approx(1 / 3)


@both
def test_a_rotation_and_its_opposite_quaternion_are_the_same_rest(kind):
    figure = smooth_figure()
    rotations = figure.clips[0].rotations.copy()
    rotations[:, 3] *= -1
    clip = replace(figure.clips[0], rotations=rotations)
    _, document, _ = written(replace(figure, clips=(clip,)), kind)
    assert channels(document) == [("spine", "rotation", 11)]


def test_the_web_variant_describes_each_kind_of_array_once_and_equal_tracks_share():
    figure = smooth_figure()
    one = written(figure, "glb-web")[1]
    names = [f"clip {number}" for number in range(20)]
    clips = tuple(replace(figure.clips[0], name=name) for name in names)
    many = written(replace(figure, clips=clips), "glb-web")[1]
    assert len(many.children("animations")) == 20
    assert len(many.children("bufferViews")) == len(one.children("bufferViews"))
    assert len(many.children("accessors")) == len(one.children("accessors"))
