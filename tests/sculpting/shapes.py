"""Shapes and outlines for the tests of sculpting."""

from dataclasses import replace

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.sculpting.outline import hard_silhouette
from bozzetto.sculpting.silhouette import OutlineTarget
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from tests.build import a_front_camera, a_sphere


def big_camera():
    """A front camera whose picture a unit sphere nearly fills."""
    return a_front_camera(width=256, height=256, focal_px=600.0, distance=3.0)


def side_camera():
    """The same from the +x side."""
    rotation = np.array([[0.0, 0, -1], [0, -1, 0], [-1, 0, 0]])
    pose = Rigid(rotation=rotation, translation=np.array([3.0, 0.5, 0.0]))
    return replace(big_camera(), world_from_camera=pose)


def stretched(mesh, *, by):
    """The mesh, scaled along the axes about its middle."""
    middle = np.array([0, 0.5, 0])
    moved = (mesh.positions - middle) * np.array(by) + middle
    return Mesh(positions=moved.astype(np.float32), triangles=np.array(mesh.triangles))


def a_ball():
    return a_sphere(subdivisions=4)


def soft_alpha(mesh, camera, *, times=4):
    """Coverage of each pixel, from times x times samples."""
    x, y = camera.centre_px
    fine = Camera(
        width=camera.width * times,
        height=camera.height * times,
        focal_px=camera.focal_px * times,
        centre_px=(x * times, y * times),
        world_from_camera=camera.world_from_camera,
    )
    seen = hard_silhouette(mesh, fine).astype(np.float32)
    return seen.reshape(camera.height, times, camera.width, times).mean(axis=(1, 3))


def target_of(mesh, camera):
    return OutlineTarget(camera=camera, alpha=soft_alpha(mesh, camera))


def a_stepped_ball(*, cells=16):
    """A ball of radius 0.5 from a volume of so few cells, without anything between 0 and 1."""
    at = np.linspace(-0.6, 0.6, cells)
    x, y, z = np.meshgrid(at, at, at, indexing="ij")
    solid = (x * x + y * y + z * z < 0.25).astype(np.float32)
    fine = solid.repeat(3, 0).repeat(3, 1).repeat(3, 2)
    positions, triangles = extract_isosurface(fine, 0.5)
    step = (at[1] - at[0]) / 3
    placed = (positions - positions.mean(axis=0)) * step + np.array([0, 0.5, 0])
    return Mesh(positions=placed.astype(np.float32), triangles=triangles)


def volume(mesh):
    corners = mesh.positions.astype(np.float64)[mesh.triangles]
    return np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
