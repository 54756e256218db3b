"""Clean photographs to spoil: real ones from packages, and renders before real backgrounds.

Everything is collected by `collect(cache)` without a web site: from the installed scikit-image,
from `pip download` (scikit-learn), from `apt-get download` (opencv-doc) and from CC0 and MIT-0
models in `$BOZZETTO_SHARED/assets/*.tar.xz`. What cannot be had is named and left out.
Chosen by eye: one object of 256 pixels or more, wholly in the frame, sharp, evenly lit, unlike a
calm background.
"""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import skimage

from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear
from bozzetto.matting.segment import segment
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

_ROOT = Path(__file__).parents[1]
_OPENCV = "usr/share/doc/opencv-doc/examples"
_OPENCV_LICENCE = "Apache-2.0 or BSD-3-Clause as in Debian's opencv-doc copyright file"
_RENDER_PX = 1024


@dataclass(frozen=True)
class Source:
    """Where a photograph comes from."""

    name: str
    origin: str
    """`skimage`, `opencv-doc`, `sklearn`, or an archive of models."""
    member: str
    """The file in it."""
    licence: str
    background: str = ""
    """Of renders: `cut-out`, `studio`, or the name of a real photograph below."""


REAL = (
    Source("coffee", "skimage", "coffee.png", "CC0-1.0, Rachel Michetti"),
    Source("rocket", "skimage", "rocket.jpg", "CC0-1.0, SpaceX"),
    Source("apple", "opencv-doc", "data/apple.jpg", _OPENCV_LICENCE),
    Source("orange", "opencv-doc", "data/orange.jpg", _OPENCV_LICENCE),
    Source("messi", "opencv-doc", "data/messi5.jpg", _OPENCV_LICENCE),
    Source("flower", "sklearn", "sklearn/datasets/images/flower.jpg", "CC-BY, dany13 on Flickr"),
)

_AWS, _CC0 = "MIT-0", "CC0-1.0"
_HOME, _SHOP = "aws_small-house__aws_", "aws_bookstore__aws_"
RENDERED = (
    Source("armchair", "aws", f"{_HOME}ChairA_01_visual.glb", _AWS, "studio"),
    Source("orange_chair", "aws", f"{_HOME}ChairD_01_visual.glb", _AWS, "lake"),
    Source("stool", "aws", f"{_SHOP}ChairB_01_visual.glb", _AWS, "cut-out"),
    Source("corner_sofa", "aws", f"{_HOME}SofaC_01_visual.glb", _AWS, "leuven"),
    Source("low_table", "aws", "aws_hospital__aws_CoffeeTable_01_visual.glb", _AWS, "gravel"),
    Source("shoe_rack", "aws", f"{_HOME}ShoeRack_01_visual.glb", _AWS, "studio"),
    Source("vase", "aws", f"{_HOME}Vase_01_visual.glb", _AWS, "brick"),
    Source("bin", "aws", f"{_HOME}Trash_01_visual.glb", _AWS, "cut-out"),
    Source("desk", "aws", f"{_HOME}ReadingDesk_01_visual.glb", _AWS, "studio"),
    Source("weight_bench", "aws", f"{_HOME}FitnessEquipment_01_visual.glb", _AWS, "lake"),
    Source("magic_cube", "aws", f"{_SHOP}MagicCube_01_visual.glb", _AWS, "leuven"),
    Source("speaker", "aws", f"{_SHOP}SmartSpeakerTall_01_visual.glb", _AWS, "brick"),
    Source("wardrobe", "aws", f"{_HOME}Wardrobe_01_visual.glb", _AWS, "studio"),
    Source("bunny", "pmndrs", "bunny.glb", _CC0, "grass"),
    Source("van", "pmndrs", "citroen-old-van.glb", _CC0, "lake"),
    Source("guitar", "pmndrs", "guitar.glb", _CC0, "cut-out"),
    Source("dragon", "pmndrs", "dragon.glb", _CC0, "leuven"),
    Source("treasure", "pmndrs", "chest.glb", _CC0, "gravel"),
    Source("headphones", "pmndrs", "headphones.glb", _CC0, "cut-out"),
    Source("pumpkin", "pmndrs", "pumpkin.glb", _CC0, "leuven"),
    Source("crate", "pmndrs", "sci-fi-crate.glb", _CC0, "studio"),
    Source("burger", "pmndrs", "burger-cheese.glb", _CC0, "brick"),
    Source("cyborg", "pmndrs", "cyborg-female.glb", _CC0, "cut-out"),
    Source("man", "pmndrs", "male.glb", _CC0, "grass"),
    Source("fox", "quaternius", "animals_pack/Fox.glb", _CC0, "lake"),
    Source("cow", "quaternius", "animals_pack/Cow.glb", _CC0, "cut-out"),
    Source("backpack", "quaternius", "rpg_items_pack/Backpack.glb", _CC0, "studio"),
    Source("closed_chest", "quaternius", "rpg_items_pack/Chest_Closed.glb", _CC0, "grass"),
    Source("clownfish", "quaternius", "cute_fish_pack/Clownfish.glb", _CC0, "lake"),
    Source("tank", "quaternius", "tank_pack/Tank.glb", _CC0, "gravel"),
    Source("couch", "quaternius", "house_interior_pack/Couch_Large1.glb", _CC0, "studio"),
    Source("cactus", "quaternius", "house_interior_pack/Houseplant_3.glb", _CC0, "brick"),
    Source("sofa", "aws", "aws_hospital__aws_SofaB_01_visual.glb", _AWS, "lake"),
    Source("tv_cabinet", "aws", f"{_HOME}TVCabinet_01_visual.glb", _AWS, "grass"),
    Source("les_paul", "pmndrs", "les-paul.glb", _CC0, "cut-out"),
    Source("angel", "pmndrs", "lucy.glb", _CC0, "leuven"),
    Source("triceratops", "quaternius", "dinosaurs_pack/Triceratops.glb", _CC0, "studio"),
)

_BACKGROUNDS = {
    "lake": ("opencv-doc", "hfs/data/001.jpg"),
    "leuven": ("opencv-doc", "data/leuvenA.jpg"),
    "gravel": ("skimage", "gravel.png"),
    "brick": ("skimage", "brick.png"),
    "grass": ("skimage", "grass.png"),
}
_BACKGROUND_BLUR_PX = 9.0
"""A lens at f/4 leaves a background about this soft."""


@dataclass(frozen=True, eq=False)
class CleanPhoto:
    """A photograph without the defects that are looked for, and its object."""

    source: Source
    photo: Photo
    mask: Mask


def collect(cache: Path) -> Iterator[CleanPhoto]:
    """Bring all photographs, saying what is missing; renders are kept in the cache."""
    cache.mkdir(parents=True, exist_ok=True)
    for source in REAL:
        rgb = _real(source.origin, source.member, cache)
        if rgb is not None:
            photo = photo_from(source.name, rgb, None)
            yield CleanPhoto(source, photo, segment(photo))
    for source in RENDERED:
        rgba = _rendered(source, cache)
        if rgba is not None:
            yield _placed(source, rgba, cache)


def photo_from(name: str, rgb8: np.ndarray, alpha: np.ndarray | None) -> Photo:
    """Make a photo of 8-bit sRGB values."""
    return Photo(
        name=name,
        sha256="0" * 64,
        linear_rgb=linear_from_srgb8(np.ascontiguousarray(rgb8)),
        alpha=alpha,
    )


def _real(origin: str, member: str, cache: Path) -> np.ndarray | None:
    """Read a real photograph as RGB; None, with a line of output, where it cannot be had."""
    if origin == "skimage":
        path = Path(skimage.__file__).parent / "data" / member
    elif origin == "opencv-doc":
        path = _unpacked_deb(cache) / _OPENCV / member
    else:
        path = _from_wheel(cache, member)
    if not path.is_file():
        print(f"skipped: {member} of {origin} is not at hand")
        return None
    return cv2.imread(str(path))[..., ::-1]


def _unpacked_deb(cache: Path) -> Path:
    """Fetch and unpack Debian's opencv-doc once."""
    folder = cache / "opencv-doc"
    if not folder.exists():
        folder.mkdir()
        _run(["apt-get", "download", "opencv-doc"], cwd=folder)
        for package in folder.glob("*.deb"):
            _run(["dpkg", "-x", package.name, "."], cwd=folder)
            package.unlink()
    return folder


def _from_wheel(cache: Path, member: str) -> Path:
    """Fetch scikit-learn's wheel once and take one picture out of it."""
    target = cache / "sklearn" / Path(member).name
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "scikit-learn"]
        _run(command, cwd=target.parent)
        for wheel in target.parent.glob("*.whl"):
            target.write_bytes(zipfile.ZipFile(wheel).read(member))
            wheel.unlink()
    return target


def _run(command: list[str], *, cwd: Path) -> None:
    """Run a fetching command; a failure only leaves its photographs out."""
    try:
        subprocess.run(command, cwd=cwd, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"skipped: {' '.join(command)}: {error}")


def _rendered(source: Source, cache: Path) -> np.ndarray | None:
    """Render a model with exact alpha, or take it from the cache."""
    kept = cache / "renders" / f"{source.name}.png"
    if not kept.exists():
        model = _model(source, cache)
        if model is None:
            print(f"skipped: {source.name}: no {source.origin}.tar.xz in $BOZZETTO_SHARED/assets")
            return None
        kept.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(kept), render(model)[..., [2, 1, 0, 3]])
    return cv2.imread(str(kept), cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3]]


def _model(source: Source, cache: Path) -> Path | None:
    """Unpack one model from its archive."""
    shared = Path(os.environ.get("BOZZETTO_SHARED", _ROOT.parent / "shared"))
    archive, target = (
        shared / "assets" / f"{source.origin}.tar.xz",
        cache / "models" / source.member,
    )
    if target.exists():
        return target
    if not archive.is_file():
        return None
    wanted = {f"{s.origin}/{s.member}": s.member for s in RENDERED if s.origin == source.origin}
    with tarfile.open(archive) as tar:
        for member in tar:
            short = wanted.get(member.name.removeprefix("./"))
            if short is not None:
                path = cache / "models" / short
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(tar.extractfile(member).read())
    return target if target.exists() else None


def render(model: Path, *, yaw_deg: float = 35.0, elevation_deg: float = 18.0) -> np.ndarray:
    """Render in soft light from two boxes and the sky: RGBA, straight alpha, sRGB, 8 bits."""
    import filly

    renderer = filly.Renderer()
    scene = renderer.create_scene()
    scene.transparent, scene.background = True, [0, 0, 0, 0]
    scene.environment = renderer.create_environment(_soft_light())
    scene.environment_visible = False
    scene.msaa = 4
    loaded = scene.load(str(model))
    camera = renderer.create_camera()
    scene.camera = camera
    camera.set_perspective(fov_y_deg=30)
    yaw, elevation = np.radians(yaw_deg), np.radians(elevation_deg)
    towards = [
        -np.sin(yaw) * np.cos(elevation),
        -np.sin(elevation),
        -np.cos(yaw) * np.cos(elevation),
    ]
    camera.frame(loaded, fill=0.78, direction=towards, fit="box")
    target = renderer.create_render_target(width=_RENDER_PX, height=_RENDER_PX)
    renderer.render(scene, target)
    picture = np.array(target.read())
    renderer.close()
    return picture


def _soft_light() -> np.ndarray:
    """Return an environment: a bright sky, a warm ground, two large soft boxes."""
    height, width = 64, 128
    y, x = (np.mgrid[:height, :width] + 0.5) / [[[height]], [[width]]]
    sky = np.array([1.0, 1.02, 1.05]) * (1.3 - y[..., None])
    light = np.where(y[..., None] < 0.5, sky, np.array([0.55, 0.5, 0.45]))
    for centre_x, centre_y, size, power in ((0.1, 0.28, 0.09, 3.0), (0.42, 0.3, 0.08, 1.6)):
        across = ((x - centre_x + 0.5) % 1 - 0.5) / size
        light = light + power * np.exp(-(across**2 + ((y - centre_y) / 0.12) ** 2))[..., None]
    return np.ascontiguousarray(light.astype(np.float32))


def _placed(source: Source, rgba: np.ndarray, cache: Path) -> CleanPhoto:
    """Put a render before its background, in linear light, or leave it cut out."""
    alpha = rgba[..., 3].astype(np.float32) / 255
    mask = Mask(alpha=alpha.copy(), source="user")
    if source.background == "cut-out":
        return CleanPhoto(source, photo_from(source.name, rgba[..., :3], alpha), mask)
    behind = linear_from_srgb8(_background(source.background, rgba.shape[0], cache))
    front = linear_from_srgb8(np.ascontiguousarray(rgba[..., :3]))
    mixed = front * alpha[..., None] + behind * (1 - alpha[..., None])
    return CleanPhoto(source, photo_from(source.name, srgb8_from_linear(mixed), None), mask)


def _background(name: str, side: int, cache: Path) -> np.ndarray:
    """Return a square background; the studio is a light grey sweep."""
    place = _BACKGROUNDS.get(name)
    rgb = _real(*place, cache) if place else None
    if rgb is None:
        grey = np.linspace(215, 170, side, dtype=np.float32)[:, None, None]
        return np.broadcast_to(grey, (side, side, 3)).astype(np.uint8)
    short = min(rgb.shape[:2])
    left = (rgb.shape[1] - short) // 2
    square = np.ascontiguousarray(rgb[:short, left : left + short])
    large = cv2.resize(square, (side, side), interpolation=cv2.INTER_CUBIC)
    return cv2.GaussianBlur(large, (0, 0), _BACKGROUND_BLUR_PX)


def list_sources(photos: list[CleanPhoto]) -> str:
    """Return the photographs with origin and licence, one JSON object a line."""
    rows = (vars(p.source) for p in photos)
    return "\n".join(json.dumps(row) for row in rows) + "\n"
