"""Scenes with a known mask: rendered objects over real backgrounds.

Colours are linear and the mixture is made in linear light, so alpha and the object's own colours
are exact; then come sensor noise, eight bits and, before a studio backdrop, JPEG.
Letters: h w rows and columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import filly
import numpy as np
import skimage.data
from jaxtyping import Float32

from bozzetto.imaging.color import linear_from_srgb8, srgb_from_linear
from bozzetto.imaging.resample import resize
from bozzetto.views.photo import Photo

SIZE = 768
# fmt: off
OBJECTS = (
    "ChairA", "ChairD", "ChairB", "Bicycle", "Chandelier", "LightC", "Vase", "Dumbbell",
    "FitnessEquipment", "SofaC", "Ball", "BalconyTable", "KitchenUtensils", "Tableware",
    "SeasoningBox", "ShoeRack", "Trash", "MagicCube", "NightStand", "whisk", "sword-scimitar",
    "axe", "bike", "plant", "palm-detailed-long", "guitar", "headphones", "helicopter", "mug",
    "burger", "pirate-captain", "zombie-1", "dragon", "lucy", "wind-turbine", "low-poly-horse",
    "tractor", "Wolf", "Trex", "Katana", "Houseplant_3", "Light_Stand2", "Soldier", "Flowers",
    "Bow_Golden", "PineTree_4", "Chair_3",
)
"""Parts of file names; about half of them have parts a few pixels wide."""
BACKGROUNDS = (
    "aero1.jpg", "building.jpg", "home.jpg", "leuvenA.jpg", "graf1.png", "rubberwhale1.png",
    "board.jpg", "starry_night.jpg", "fruits.jpg", "scenetext04.jpg", "scenetext06.jpg",
    "brick.png", "gravel.png", "grass.png",
)
# fmt: on
PLAIN_KINDS = ("studio", "shadow")
KINDS = (*PLAIN_KINDS, "blurred", "sharp")


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One picture and the truth about it."""

    name: str
    kind: str
    photo: Photo
    alpha: Float32[np.ndarray, "h w"]
    colours: Float32[np.ndarray, "h w 3"]
    """The object's own linear colours where alpha > 0."""


def find_objects(assets: Path, *, every: int) -> list[tuple[str, Path]]:
    """Find the test objects below a folder."""
    files = sorted(assets.rglob("*.glb"))
    found: list[tuple[str, Path]] = []
    for name in OBJECTS[::every]:
        exact = [f for f in files if f.stem == name or f"_{name}_" in f.stem]
        if exact:
            found.append((name, exact[0]))
    return found


def find_backgrounds(folder: Path) -> list[Path]:
    """Find the background photographs: in the folder and inside scikit-image."""
    places = (folder, Path(skimage.data.__file__).parent)
    found = [next((f for p in places for f in p.rglob(name)), None) for name in BACKGROUNDS]
    return [path for path in found if path is not None]


def scenes(
    objects: list[tuple[str, Path]], backgrounds: list[Path], *, kinds: tuple[str, ...] = KINDS
) -> Iterator[Scene]:
    """Make every object once in every kind of scene."""
    with filly.Renderer() as renderer:
        for index, (name, path) in enumerate(objects):
            premultiplied, alpha = _render(renderer, path, seed=index)
            if alpha.max() < 0.5:
                continue
            picture = backgrounds[(5 * index + 1) % len(backgrounds)]
            for kind in kinds:
                background = _background(kind, picture, alpha)
                yield _scene(f"{name}.png", kind, premultiplied, alpha=alpha, behind=background)


def _render(
    renderer: filly.Renderer, path: Path, *, seed: int
) -> tuple[Float32[np.ndarray, "h w 3"], Float32[np.ndarray, "h w"]]:
    """Render an object; premultiplied linear colours and exact coverage."""
    rng = np.random.default_rng(seed)
    azimuth, elevation = rng.uniform(-0.9, 0.9), rng.uniform(0.1, 0.5)
    scene = renderer.create_scene()
    model = scene.load(str(path))
    scene.background, scene.transparent, scene.msaa = [0, 0, 0, 0], True, 4
    scene.shadows = True
    scene.camera = renderer.create_camera()
    direction = (
        -np.sin(azimuth) * np.cos(elevation),
        -np.sin(elevation),
        -np.cos(azimuth) * np.cos(elevation),
    )
    scene.camera.frame(model, direction=direction, fill=0.95)
    scene.add_directional_light(direction=(-0.6, -1, -0.8), intensity=60000)
    sky = np.linspace(1, 0.35, 16, dtype=np.float32)[:, None, None] * np.ones((16, 32, 3))
    environment = renderer.create_environment(sky.astype(np.float32))
    scene.environment = environment
    scene.environment_visible = False
    target = renderer.create_render_target(width=2 * SIZE, height=2 * SIZE)
    renderer.render(scene, target)
    rgba = np.array(target.read())
    scene.close()
    target.close()
    environment.close()
    alpha = rgba[:, :, 3].astype(np.float32) / 255
    # 0.8 keeps white objects below white, as a photographer's exposure would.
    colours = linear_from_srgb8(np.ascontiguousarray(rgba[:, :, :3])) * np.float32(0.8)
    premultiplied = resize(colours * alpha[:, :, None], width=SIZE, height=SIZE)
    return premultiplied, resize(alpha, width=SIZE, height=SIZE)


def _background(
    kind: str, picture: Path, alpha: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w 3"]:
    """Make what is behind the object."""
    if kind == "studio":
        return np.ones((SIZE, SIZE, 3), np.float32)
    if kind == "shadow":
        return np.float32(0.95) * _cast_shadow(alpha)[:, :, None] * np.ones(3, np.float32)
    image = cv2.imread(str(picture))[:, :, ::-1]
    side = min(image.shape[:2])
    y, x = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    square = linear_from_srgb8(np.ascontiguousarray(image[y : y + side, x : x + side]))
    linear = np.clip(resize(square, width=SIZE, height=SIZE), 0, 1)
    if kind == "blurred":  # As a lens does when it is focused on the object.
        linear = np.asarray(cv2.GaussianBlur(linear, (0, 0), 6 * SIZE / 768), np.float32)
    return linear


def _cast_shadow(alpha: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Lay the object's outline on the floor, sheared and soft."""
    foot = float(np.nonzero((alpha > 0.5).any(axis=1))[0][-1])
    lay = np.array([[1, 0.35, -0.35 * foot], [0, 0.35, 0.65 * foot]], np.float32)
    fallen = cv2.warpAffine(alpha, lay, (SIZE, SIZE))
    return (1 - 0.5 * cv2.GaussianBlur(fallen, (0, 0), 0.012 * SIZE)).astype(np.float32)


def _scene(
    name: str,
    kind: str,
    premultiplied: Float32[np.ndarray, "h w 3"],
    *,
    alpha: Float32[np.ndarray, "h w"],
    behind: Float32[np.ndarray, "h w 3"],
) -> Scene:
    """Mix, then spoil as a camera does."""
    mixed = premultiplied + behind * (1 - alpha[:, :, None])
    rng = np.random.default_rng(len(name))
    noise = 1.5 / 255 * rng.standard_normal(mixed.shape, np.float32)
    encoded = np.clip(srgb_from_linear(np.clip(mixed, 0, 1)) + noise, 0, 1)
    pixels = (encoded * 255 + 0.5).astype(np.uint8)
    if kind in PLAIN_KINDS:
        jpeg = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1]
        pixels = np.ascontiguousarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[:, :, ::-1])
    photo = Photo(name=name, sha256="0" * 64, linear_rgb=linear_from_srgb8(pixels))
    colours = premultiplied / np.maximum(alpha, 1e-3)[:, :, None]
    return Scene(name=name, kind=kind, photo=photo, alpha=alpha, colours=colours)
