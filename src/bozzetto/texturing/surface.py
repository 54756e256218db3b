"""Texture a finished surface from photographs: the one entry for the pipeline.

Letters: n points, v vertices.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.asset.seen import SeenMaps
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.geometry.measure.symmetry import MirrorPlane
from bozzetto.geometry.normals import area_vectors, vertex_normals
from bozzetto.geometry.raycast import Raycaster
from bozzetto.texturing.bake import Maps, bake_maps, trust
from bozzetto.texturing.delight import DelightOptions, PhotoLight
from bozzetto.texturing.dense import Below, Dense, DenseOptions, prepare_dense
from bozzetto.texturing.exposure import matched_exposures
from bozzetto.texturing.materials import MaterialOptions
from bozzetto.texturing.occlusion import OcclusionOptions
from bozzetto.texturing.photo_source import prepare_photo
from bozzetto.texturing.project import PhotoView, project_photos
from bozzetto.texturing.rasterize import Texels, rasterize
from bozzetto.texturing.sight import Observer
from bozzetto.texturing.tangents import vertex_tangents
from bozzetto.texturing.unwrap import UnwrapOptions, uv_areas
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

_TOLERANCE = 0.004  # Of the object's size: surfaces this close count as one.
_COARSE_PHOTO = 1.6  # Texels per photo pixel above which a smaller texture would do.


@dataclass(frozen=True, kw_only=True, eq=False)
class PosedForeground:
    """A cut-out and the camera that took it."""

    foreground: Foreground
    camera: Camera
    """At the foreground's size."""
    seen: SeenMaps | None = None
    """What an engine says of the surface in it; None where it says nothing."""


@dataclass(frozen=True, kw_only=True)
class TextureOptions:
    """How large the textures are, and what is assumed of the material."""

    texture_size: int = 2048
    """Texels along a side; a power of two, the size that the mesh was unwrapped for."""
    padding_px: int | None = None
    """Width of the filled gutter around charts; None stands for a 128th of the size."""
    occlusion: OcclusionOptions = field(default_factory=OcclusionOptions)
    """How ambient occlusion is measured; holds the only seed."""
    material: MaterialOptions = field(default_factory=MaterialOptions)
    """Roughness and metallic where nothing better is known."""
    delight: DelightOptions = field(default_factory=DelightOptions)
    """How much of the photos' light is taken out of the base colour."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Textured:
    """A mesh with its textures and where they come from."""

    mesh: Mesh
    """The same positions, triangles, normals and uvs; with tangents, confidence and origin, and
    without vertex colours."""
    material: Material
    provenance: TexelProvenance
    share_observed: float
    """Share of the surface's area that a photo shows."""
    share_mirrored: float
    """Share that was copied from a part that a photo shows."""
    share_inferred: float
    """Share that was filled in; the three shares sum to 1."""
    lights: tuple[PhotoLight, ...]
    """What was taken for the light of each photo."""
    photo_light: tuple[Float32[np.ndarray, "v 3"], ...]
    """What turns the base colour into each photo's colours again, at the vertices: the light that
    was taken out, at the photo's own exposure."""
    findings: tuple[Finding, ...] = ()


def texture_mesh(
    low: Mesh,
    *,
    high: Mesh,
    views: Sequence[PosedForeground],
    options: TextureOptions = TextureOptions(),
    name: str = "surface",
    step: Callable[[str], None] = lambda _: None,
) -> Textured:
    """Bake base colour, normal and occlusion-roughness-metallic maps.

    Colours come from the photos where they see the surface; elsewhere from the other side where
    the object is its own mirror image, else from the draft where its engine predicted them
    (vertices of origin INFERRED), else from what prevails in the photo. Detail that no photo shows
    is made from detail that one does. Normals and occlusion come from the dense draft.

    Args:
        low: The finished mesh, with uvs.
        high: The dense draft it was made from; triangles share vertices. Its colours count only
            where their origin is INFERRED.
        views: One or more.
        options: Sizes and material.
        name: The material's name.
        step: Told what is being done; it may raise to stop.

    Raises:
        InputError: The mesh has no uvs, there is no view, or a view does not fit.
    """
    low = _ready(low, views)
    high = replace(high, normals=vertex_normals(high.positions, high.triangles))
    texels = rasterize(_uvs(low), low.triangles, size=options.texture_size)
    sharpness = _texels_per_pixel(low, views, options.texture_size)
    step("photos")
    photos = _placed(low, views, sharpness)
    photos = matched_exposures(photos, high)
    dense = prepare_dense(
        high,
        photos,
        finished=low,
        told=[view.seen for view in views],
        options=DenseOptions(
            occlusion=options.occlusion, delight=options.delight, material=options.material
        ),
        step=step,
    )
    maps = bake_maps(
        low,
        texels,
        views=photos,
        dense=dense,
        padding_px=UnwrapOptions(
            texture_size=options.texture_size, padding_px=options.padding_px
        ).padding,
        step=step,
    )
    below = _below_vertices(low, dense)
    return _assemble(
        _with_provenance(low, below, photos=photos, mirror=dense.mirror),
        texels,
        maps,
        lights=dense.lights,
        photo_light=_photo_light(below, photos),
        findings=_coarse_photos(views, sharpness),
        name=name,
    )


def _ready(low: Mesh, views: Sequence[PosedForeground]) -> Mesh:
    """Check the mesh and complete its tangent frames."""
    if low.uvs is None:
        raise InputError(
            "A mesh with texture coordinates was wanted, got one without.",
            advice="Unwrap it first.",
        )
    if not views:
        raise InputError("Texturing needs at least one view, got none.")
    for view in views:
        if view.foreground.alpha.shape != (view.camera.height, view.camera.width):
            raise InputError(
                f"The camera of {view.foreground.name} must have its photo's size "
                f"{view.foreground.alpha.shape[::-1]}, got "
                f"{(view.camera.width, view.camera.height)}.",
                advice="Resize the camera with Camera.resized.",
            )
    normals = low.normals
    if normals is None:
        normals = vertex_normals(low.positions, low.triangles)
    tangents = vertex_tangents(low.positions, low.triangles, normals=normals, uvs=low.uvs)
    return replace(low, normals=normals, tangents=tangents)


def _uvs(mesh: Mesh) -> Float32[np.ndarray, "v 2"]:
    """Return the texture coordinates of a checked mesh."""
    assert mesh.uvs is not None
    return mesh.uvs


def _texels_per_pixel(low: Mesh, views: Sequence[PosedForeground], size: int) -> list[float]:
    """Return how many texels a photo's pixel gets along a line, on surfaces seen head-on."""
    flat = float(np.abs(uv_areas(_uvs(low), low.triangles)).sum())
    texels_per_metre = size * np.sqrt(flat / max(float(_areas(low).sum()), 1e-30))
    centre = low.positions.mean(axis=0)
    distances = [float(np.linalg.norm(view.camera.position - centre)) for view in views]
    return [
        float(texels_per_metre * distance / view.camera.focal_px)
        for view, distance in zip(views, distances, strict=True)
    ]


def _areas(mesh: Mesh) -> Float64[np.ndarray, " t"]:
    """Return each triangle's area."""
    return np.linalg.norm(area_vectors(mesh.positions, mesh.triangles), axis=1)


def _placed(
    low: Mesh, views: Sequence[PosedForeground], sharpness: Sequence[float]
) -> tuple[PhotoView, ...]:
    """Put the photos in front of the surface."""
    caster = Raycaster(low.positions, low.triangles)
    tolerance = _TOLERANCE * float(np.ptp(low.positions, axis=0).max())
    sources = [
        prepare_photo(view.foreground, view.camera, texels_per_pixel=ratio)
        for view, ratio in zip(views, sharpness, strict=True)
    ]
    return tuple(
        PhotoView(
            source=source,
            observer=Observer(source.camera, caster, tolerance=tolerance),
            given=view.camera,
        )
        for source, view in zip(sources, views, strict=True)
    )


def _below_vertices(low: Mesh, dense: Dense) -> Below:
    """Return what the dense surface tells of the finished one's vertices."""
    assert low.normals is not None
    return dense.below(dense.surface.anchor(low.positions, low.normals))


def _photo_light(
    below: Below, photos: Sequence[PhotoView]
) -> tuple[Float32[np.ndarray, "v 3"], ...]:
    """Return what was taken out of each photo's colours, at the vertices."""
    return tuple(
        below.shading[:, k, None] / np.array(photo.gain, np.float32)
        for k, photo in enumerate(photos)
    )


def _with_provenance(
    low: Mesh, below: Below, *, photos: Sequence[PhotoView], mirror: MirrorPlane | None
) -> Mesh:
    """Return the finished mesh with confidence and origin at its vertices."""
    assert low.normals is not None
    seen = project_photos(photos, low.positions, low.normals, mirror=mirror)
    # glTF multiplies vertex colours with the texture, so a textured mesh must not keep them.
    return replace(low, colors=None, confidence=trust(seen, below), origin=seen.origin)


def _assemble(
    low: Mesh,
    texels: Texels,
    maps: Maps,
    *,
    lights: tuple[PhotoLight, ...],
    photo_light: tuple[Float32[np.ndarray, "v 3"], ...],
    findings: tuple[Finding, ...],
    name: str,
) -> Textured:
    """Put the result together and add up where it comes from."""
    observed, mirrored = _shares(low, texels, maps)
    return Textured(
        mesh=low,
        material=Material(name=name, base_color=maps.base_color, normal=maps.normal, orm=maps.orm),
        provenance=TexelProvenance(origin=maps.origin, confidence=maps.confidence),
        share_observed=observed,
        share_mirrored=mirrored,
        share_inferred=1 - observed - mirrored,
        lights=lights,
        photo_light=photo_light,
        findings=findings,
    )


def _shares(low: Mesh, texels: Texels, maps: Maps) -> tuple[float, float]:
    """Return the shares of the surface's area that are observed and mirrored."""
    triangle = texels.triangle[texels.covered]
    origin = maps.origin.reshape(-1)[texels.index[texels.covered]]
    counts = np.bincount(triangle, minlength=low.num_triangles)
    area_of_texel = _areas(low) / np.maximum(counts, 1)
    by_origin = np.bincount(origin, weights=area_of_texel[triangle], minlength=len(Origin))
    total = float(by_origin.sum())
    return float(by_origin[Origin.OBSERVED]) / total, float(by_origin[Origin.MIRRORED]) / total


def _coarse_photos(
    views: Sequence[PosedForeground], sharpness: Sequence[float]
) -> tuple[Finding, ...]:
    """Tell of photos that hold less detail than the texture could."""
    return tuple(
        Finding(
            code="refine.texture.coarse_photo",
            severity=Severity.INFO,
            message=f"The texture spends {ratio:.1f} texels along a pixel of the photo.",
            fix="A smaller texture would look the same; a larger photo would look better.",
            subject=view.foreground.name,
            measured=ratio,
            limit=_COARSE_PHOTO,
        )
        for view, ratio in zip(views, sharpness, strict=True)
        if ratio > _COARSE_PHOTO
    )
