from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

def set_log_level(level: str) -> None: ...

class AssetError(Exception): ...
class Environment: ...
class RenderTarget:
    def read(self) -> NDArray[np.uint8]: ...
    def close(self) -> None: ...

class Texture: ...

class Camera:
    transform: NDArray[np.float32]
    def set_perspective(
        self, *, fov_y_deg: float, aspect: float | None = ..., near: float | None = ..., far: float | None = ...
    ) -> None: ...

class Light:
    casts_shadows: bool

class Material:
    base_color_texture: Texture | None

class Node:
    def material(self, slot: int = ...) -> Material: ...

class Model:
    nodes: list[Node]

class Scene:
    camera: Camera
    environment: Environment | None
    environment_intensity: float
    environment_rotation_deg: float
    background: Sequence[float]
    transparent: bool
    ssao: bool
    tone_mapping: str
    def load(self, source: object, *, strict: bool = ...) -> Model: ...
    def create_mesh(
        self,
        positions: NDArray[np.float32],
        indices: NDArray[np.uint32],
        *,
        normals: NDArray[np.float32] | None = ...,
        uvs: NDArray[np.float32] | None = ...,
        colors: NDArray[np.float32] | None = ...,
        base_color: Sequence[float] = ...,
        metallic: float = ...,
        roughness: float = ...,
        double_sided: bool = ...,
    ) -> Model: ...
    def close(self) -> None: ...

class Renderer:
    def create_scene(self) -> Scene: ...
    def create_camera(self) -> Camera: ...
    def create_render_target(self, *, width: int, height: int) -> RenderTarget: ...
    def create_texture(
        self, pixels: NDArray[np.uint8], *, color_space: str, mipmaps: bool = ..., wrap: str = ...
    ) -> Texture: ...
    def load_environment_ktx(self, ibl_path: str) -> Environment: ...
    def render(self, scene: Scene, target: RenderTarget) -> None: ...
    def close(self) -> None: ...
