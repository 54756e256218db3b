"""What is measured against: objects with their truth, and photographs taken of them.

Frames: *object* is the source's own, +y up; *truth* is the object turned about the vertical until
the camera stands on its +z side, middle of its bounding box at 0, longest side 2.
Letters: n points.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float32, Int32

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.compare.distance import PointCloud
from bozzetto.geometry.compare.normalization import Frame, normalize
from bozzetto.geometry.compare.similarity import Similarity
from bozzetto.geometry.measure.outside import sample_outside, visible_from
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.sampling import SurfaceSample
from bozzetto.transforms import Points, Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

NUM_POINTS = 10_000

ColorsOf = Callable[
    [Int32[np.ndarray, " n"], Float32[np.ndarray, "n 3"]], Float32[np.ndarray, "n 3"]
]
"""Linear base colours at points given by triangle and barycentric weights."""
Contains = Callable[[Points], Bool[np.ndarray, " n"]]
"""Which points lie inside."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrueObject:
    """An object whose every side is known; object frame."""

    name: str
    category: str
    mesh: Mesh
    """Any triangle soup."""
    caster: Raycaster
    """Of the mesh."""
    colors_of: ColorsOf
    contains: Contains
    """The solid, however open the mesh is."""

    @cached_property
    def outside(self) -> SurfaceSample:
        """Points of the surface that can be seen from outside, uniform by area."""
        return sample_outside(self.mesh, count=NUM_POINTS, seed=0, caster=self.caster)


@dataclass(frozen=True, kw_only=True, eq=False)
class InputView:
    """A photograph of an object whose truth is known."""

    thing: TrueObject
    number: int
    foreground: Foreground
    camera: Camera
    """Object frame, of the foreground's size."""

    @cached_property
    def truth_from_object(self) -> Similarity:
        """Turn the object's front to the camera and bring it into the box of longest side 2."""
        low, high = self.thing.mesh.bounds
        x, _, z = self.camera.position - (low + high) / 2
        turn = -np.arctan2(x, z)
        cos, sin = np.cos(turn), np.sin(turn)
        rotation = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
        points = self.thing.outside.points @ rotation.T
        return normalize(points, frame=Frame.BOX) @ Similarity.turning(rotation)

    @cached_property
    def truth(self) -> PointCloud:
        """The outer surface, truth frame."""
        sample = self.thing.outside
        return PointCloud(
            self.truth_from_object.apply(sample.points),
            self.truth_from_object.rotate(sample.normals),
        )

    @cached_property
    def is_visible(self) -> Bool[np.ndarray, " n"]:
        """Which points of `truth` the photograph shows."""
        low, high = self.thing.mesh.bounds
        return visible_from(
            self.thing.caster,
            self.thing.outside.points,
            position=self.camera.position,
            slack=2e-3 * float(np.linalg.norm(high - low)),
        )


def move_camera(camera: Camera, by: Similarity) -> Camera:
    """Return the camera that sees a moved world as this one saw it before."""
    pose = camera.world_from_camera
    return replace(
        camera,
        world_from_camera=Rigid(
            rotation=by.rotation @ pose.rotation,
            translation=by.apply(pose.translation[None])[0],
        ),
    )


def move_mesh(mesh: Mesh, by: Similarity) -> Mesh:
    """Return the bare triangles of a mesh, moved."""
    return Mesh(
        positions=by.apply(mesh.positions).astype(np.float32), triangles=np.array(mesh.triangles)
    )
