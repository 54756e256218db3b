"""Physically based pictures with Google Filament, headless through EGL, by way of `filly`.

It draws what light makes: clay and materials. Pictures that state facts (normals, edges,
provenance, base colour) come from the ray caster, whose values are exact.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import filly
import numpy as np
from jaxtyping import Float32

from bozzetto.errors import FormatError
from bozzetto.geometry.normals import vertex_normals
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear
from bozzetto.imaging.resample import resize
from bozzetto.qa.rendering.base import Picture, Renderer, RenderShape, RenderStyle
from bozzetto.qa.rendering.raycast import RaycastRenderer, encode_picture
from bozzetto.qa.rendering.shading import CLAY
from bozzetto.qa.rendering.studio_light import studio_ktx
from bozzetto.views.camera import Camera

_SUPERSAMPLING = 2
"""Pictures are drawn larger by this factor and averaged: on software drivers half the price of 4x
MSAA, and it smooths shading too, not only outlines."""
_ENVIRONMENT_INTENSITY = 30000.0  # Filament's default; the camera's default exposure fits it.
_CLAY_ROUGHNESS = 0.75
_GLTF_FROM_CAMERA = np.diag([1.0, -1.0, -1.0])
"""glTF's cameras look along -z with +y up."""


class FilamentRenderer:
    """Draws with Filament; holds one engine, so build it once and use it from one thread."""

    def __init__(self) -> None:
        filly.set_log_level("off")  # It writes to the terminal past Python.
        self._renderer = filly.Renderer()
        with tempfile.TemporaryDirectory(prefix="bozzetto-") as folder:
            path = Path(folder, "studio.ktx")
            path.write_bytes(studio_ktx())
            self._studio = self._renderer.load_environment_ktx(str(path))
        self._exact = RaycastRenderer()

    @property
    def name(self) -> str:
        """Name for reports."""
        return "filament"

    def render(
        self, shape: RenderShape, *, cameras: Sequence[Camera], style: RenderStyle
    ) -> tuple[Picture, ...]:
        """Draw one picture per camera.

        Raises:
            FormatError: Filament refuses the shape's `glb`.
        """
        if style not in (RenderStyle.CLAY, RenderStyle.TEXTURED):
            return self._exact.render(shape, cameras=cameras, style=style)
        scene = self._renderer.create_scene()
        try:
            self._fill(scene, shape, style=style)
            return tuple(self._draw(scene, shape, camera=camera) for camera in cameras)
        finally:
            scene.close()

    def _fill(self, scene: filly.Scene, shape: RenderShape, *, style: RenderStyle) -> None:
        """Put the shape and the light into an empty scene."""
        scene.environment = self._studio
        scene.environment_intensity = _ENVIRONMENT_INTENSITY
        scene.transparent, scene.background = True, (0.0, 0.0, 0.0, 0.0)
        scene.ssao = True
        scene.tone_mapping = "pbr_neutral"  # Keeps base colours (Khronos, 2024).
        if style is RenderStyle.TEXTURED and shape.glb is not None:
            try:
                scene.load(shape.glb)
            except filly.AssetError as error:
                raise FormatError(f"Filament cannot open the written GLB: {error}.") from None
        else:
            self._add_arrays(scene, shape, textured=style is RenderStyle.TEXTURED)

    def _add_arrays(self, scene: filly.Scene, shape: RenderShape, *, textured: bool) -> None:
        """Add a mesh with its base colour; without a file there is no way to add the other maps."""
        mesh, material = shape.mesh, shape.material if textured else None
        normals = mesh.normals
        if normals is None:
            normals = vertex_normals(mesh.positions, mesh.triangles)
        colors = mesh.colors if textured and (material is None or mesh.uvs is None) else None
        has_color = colors is not None or material is not None
        orm = None if material is None else material.orm.mean(axis=(0, 1))
        model = scene.create_mesh(
            np.ascontiguousarray(mesh.positions),
            mesh.triangles.astype(np.uint32),
            normals=np.ascontiguousarray(normals),
            uvs=None if mesh.uvs is None else np.ascontiguousarray(mesh.uvs),
            colors=None if colors is None else np.pad(colors, ((0, 0), (0, 1)), constant_values=1),
            base_color=(1.0, 1.0, 1.0, 1.0) if has_color else (*CLAY, 1.0),
            metallic=0.0 if orm is None else float(orm[2]),
            roughness=_CLAY_ROUGHNESS if orm is None else float(orm[1]),
            double_sided=True,
        )
        if material is not None and mesh.uvs is not None:
            model.nodes[0].material().base_color_texture = self._renderer.create_texture(
                srgb8_from_linear(material.base_color), color_space="srgb", mipmaps=True
            )

    def _draw(self, scene: filly.Scene, shape: RenderShape, *, camera: Camera) -> Picture:
        """Draw one picture."""
        fine = camera.resized(
            width=camera.width * _SUPERSAMPLING, height=camera.height * _SUPERSAMPLING
        )
        # Filament's lens is symmetric: draw more than is wanted, and cut the picture out.
        wide, left, top = _centred(fine)
        lens = self._renderer.create_camera()
        near, far = _depth_range(shape, camera)
        lens.set_perspective(
            fov_y_deg=float(np.degrees(2 * np.arctan2(wide.height / 2, wide.focal_px))),
            aspect=wide.width / wide.height,
            near=near,
            far=far,
        )
        lens.transform = _transform(camera)
        scene.camera = lens
        scene.environment_rotation_deg = _azimuth_deg(camera)
        target = self._renderer.create_render_target(width=wide.width, height=wide.height)
        try:
            self._renderer.render(scene, target)
            pixels = target.read()[top : top + fine.height, left : left + fine.width]
        finally:
            target.close()
        return _averaged(pixels, width=camera.width, height=camera.height)


def build() -> Renderer:
    """Make the renderer for the registry."""
    return FilamentRenderer()


def _centred(camera: Camera) -> tuple[Camera, int, int]:
    """Return the smallest view with a central principal point that contains the camera's.

    Also returns where the camera's picture begins in it: left and top.
    """
    x, y = camera.centre_px
    half_width, half_height = max(x, camera.width - x), max(y, camera.height - y)
    width, height = int(np.ceil(2 * half_width)), int(np.ceil(2 * half_height))
    left, top = round(width / 2 - x), round(height / 2 - y)
    return camera.cropped(x0=-left, y0=-top, width=width, height=height), left, top


def _depth_range(shape: RenderShape, camera: Camera) -> tuple[float, float]:
    """Return near and far planes with the mesh between them."""
    low, high = shape.mesh.bounds
    centre, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
    distance = float(np.linalg.norm(centre - camera.position))
    far = (distance + radius) * 1.05
    return max((distance - radius) * 0.95, far * 1e-3), far


def _transform(camera: Camera) -> Float32[np.ndarray, "4 4"]:
    """Return glTF's world-from-camera matrix."""
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, :3] = camera.world_from_camera.rotation @ _GLTF_FROM_CAMERA
    matrix[:3, 3] = camera.position
    return matrix


def _azimuth_deg(camera: Camera) -> float:
    """Return how far the camera stands round the up axis, so that the light goes with it."""
    x, _, z = camera.world_from_camera.rotation[:, 0]
    return float(np.degrees(np.arctan2(-z, x)))


def _averaged(pixels: Picture, *, width: int, height: int) -> Picture:
    """Average groups of pixels in linear light; each is wholly object or wholly background."""
    alpha = pixels[..., 3].astype(np.float32) / np.float32(255)
    premultiplied = linear_from_srgb8(pixels[..., :3]) * alpha[..., None]
    small = resize(premultiplied, width=width, height=height)
    coverage = resize(alpha, width=width, height=height)
    colors = small / np.maximum(coverage, np.float32(1e-3))[..., None]
    return encode_picture(colors, coverage)
