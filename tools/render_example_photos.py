"""Make the pictures in examples/photos that are not photographs.

Run from the repository's root, with a folder that holds the CC0 objects named below:

    python tools/render_example_photos.py path/to/objects examples/photos

The objects are drawn like product shots: three-quarter view, studio light, seamless backdrop, soft
shadow, a little sensor noise. Letters: n pixels, d directions.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from PIL import Image

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear
from bozzetto.imaging.resample import resize
from bozzetto.qa.rendering.base import RenderShape, RenderStyle
from bozzetto.qa.rendering.cameras import orbit_camera
from bozzetto.qa.rendering.registry import load_renderer
from bozzetto.views.camera import Camera

SIDE_PX = 1024
SHADOW_PX = 320
SHADOW_RAYS = 192
NOISE = 0.006


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture to take."""

    source: str
    """Path of the object below the objects' folder."""
    target: str
    azimuth_deg: float
    elevation_deg: float
    backdrop: tuple[float, float, float]
    """Linear colour."""


SHOTS = (
    Shot(
        source="modular_women/Witch.glb",
        target="character.jpg",
        azimuth_deg=24.0,
        elevation_deg=8.0,
        backdrop=(0.50, 0.52, 0.50),
    ),
    Shot(
        source="house_interior_pack/Couch_Small1.glb",
        target="chair.jpg",
        azimuth_deg=34.0,
        elevation_deg=17.0,
        backdrop=(0.56, 0.52, 0.47),
    ),
)


def main() -> None:
    """Take all shots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("objects", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    for seed, shot in enumerate(SHOTS):
        picture = take(shot, arguments.objects / shot.source, seed=seed)
        target = arguments.output / shot.target
        Image.fromarray(picture).save(target, quality=92, subsampling=0)
        print(f"{target}: {target.stat().st_size // 1024} kB")


def take(shot: Shot, source: Path, *, seed: int) -> np.ndarray:
    """Return one finished picture, sRGB."""
    mesh = load(source)
    camera = orbit_camera(
        mesh,
        size_px=SIDE_PX,
        azimuth_deg=shot.azimuth_deg,
        elevation_deg=shot.elevation_deg,
        margin=0.11,
    )
    shape = RenderShape(mesh=mesh, glb=source.read_bytes())
    renderer = load_renderer("filament")
    (drawn,) = renderer.render(shape, cameras=[camera], style=RenderStyle.TEXTURED)
    alpha = drawn[..., 3:].astype(np.float32) / np.float32(255)
    behind = backdrop(mesh, camera, color=shot.backdrop)
    picture = linear_from_srgb8(drawn[..., :3]) * alpha + behind * (1 - alpha)
    # Shot noise grows with the square root of the light.
    noise = np.random.default_rng(seed).normal(size=picture.shape) * NOISE
    return srgb8_from_linear((picture + noise * np.sqrt(picture)).astype(np.float32))


def load(path: Path) -> Mesh:
    """Read all geometry of a file."""
    scene = trimesh.load_scene(path, process=False).to_geometry()
    return Mesh(
        positions=np.asarray(scene.vertices, np.float32),
        triangles=np.asarray(scene.faces, np.int32),
    )


def backdrop(mesh: Mesh, camera: Camera, *, color: tuple[float, float, float]) -> np.ndarray:
    """Return a seamless backdrop with the object's soft shadow on it, linear."""
    small = camera.resized(width=SHADOW_PX, height=SHADOW_PX)
    rows, columns = np.mgrid[:SHADOW_PX, :SHADOW_PX] + 0.5
    rays = small.rays_in_world(np.stack([columns.ravel(), rows.ravel()], axis=1))
    low, high = mesh.bounds
    falls = rays[:, 1] < -1e-6
    reach = (low[1] - camera.position[1]) / np.where(falls, rays[:, 1], -1)
    points = camera.position + rays * reach[:, None]
    size = float(np.linalg.norm(high - low))
    near = falls & (np.linalg.norm(points - (low + high) / 2, axis=1) < 2.5 * size)
    light = np.ones(SHADOW_PX * SHADOW_PX, np.float32)
    light[near] = light_on_floor(mesh, points[near], camera=camera)
    light = light.reshape(SHADOW_PX, SHADOW_PX)
    height, width = (np.mgrid[:SHADOW_PX, :SHADOW_PX] + 0.5) / SHADOW_PX
    glow = 1.08 - 0.30 * np.hypot(width - 0.5, height - 0.42) ** 1.5
    tone = (np.array(color) * (light * glow)[..., None]).astype(np.float32)
    return resize(tone, width=SIDE_PX, height=SIDE_PX)


def light_on_floor(mesh: Mesh, points: np.ndarray, *, camera: Camera) -> np.ndarray:
    """Return how much light reaches points of the floor; most comes from one broad lamp."""
    raycaster = Raycaster(mesh.positions, mesh.triangles)
    height = (np.arange(SHADOW_RAYS) + 0.5) / SHADOW_RAYS
    angle = np.arange(SHADOW_RAYS) * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(height)
    dome = np.stack([radius * np.cos(angle), np.sqrt(1 - height), radius * np.sin(angle)], axis=1)
    right, toward = camera.world_from_camera.rotation[:, 0], camera.world_from_camera.rotation[:, 2]
    lamp = -0.8 * right - 0.5 * toward + np.array([0, 1.6, 0])
    weight = 0.35 + np.maximum(dome @ (lamp / np.linalg.norm(lamp)), 0) ** 6 * 2.5
    size = float(np.linalg.norm(mesh.bounds[1] - mesh.bounds[0]))
    starts = (points + np.array([0, 1e-3 * size, 0])).astype(np.float32)
    total = np.zeros(len(points))
    for direction, share in zip(dome, weight, strict=True):
        blocked = raycaster.is_blocked(starts, np.broadcast_to(direction, starts.shape))
        total += share * ~blocked
    return (0.25 + 0.75 * total / weight.sum()).astype(np.float32)


if __name__ == "__main__":
    main()
