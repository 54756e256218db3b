"""The graph of an FBX file: objects by id, their properties, what connects to what, the tree.

Matrices act on columns. Letters: n nodes, k frames.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from bozzetto.errors import FormatError
from bozzetto.formats.fbx.euler import matrices_from_euler_deg
from bozzetto.formats.fbx.nodes import FbxNode
from bozzetto.formats.meshes.far_origin import Offset, shifted
from bozzetto.formats.notes import Notes

_ROTATION_ORDERS = ("xyz", "xzy", "yzx", "yxz", "zxy", "zyx", "xyz")
Vectors = Float64[np.ndarray, "k 3"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FbxObject:
    """One object and its own properties."""

    number: int
    node: FbxNode
    name: str
    subtype: str
    properties: dict[str, FbxNode]

    def number_of(self, name: str, default: float) -> float:
        """Return a property of one number."""
        entry = self.properties.get(name)
        return default if entry is None else entry.number(4, default)

    def vector(
        self, name: str, default: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ) -> tuple[float, float, float]:
        """Return a property of three numbers."""
        entry = self.properties.get(name)
        if entry is None or len(entry.values) < 7:
            return default
        return entry.number(4), entry.number(5), entry.number(6)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A connection to an object, into a slot or plainly."""

    number: int
    slot: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """The graph."""

    name: str
    root: FbxNode
    objects: dict[int, FbxObject]
    below: dict[int, list[Link]] = field(default_factory=dict[int, list[Link]])
    above: dict[int, list[Link]] = field(default_factory=dict[int, list[Link]])
    settings: dict[str, FbxNode] = field(default_factory=dict[str, FbxNode])
    offset: Offset = field(default_factory=lambda: np.zeros(3))
    """Subtracted from all coordinates."""

    def children(self, number: int, kind: str, subtype: str = "") -> list[FbxObject]:
        """Return the objects of a kind that connect to one."""
        return [made for made, _ in self.linked(number, kind) if subtype in ("", made.subtype)]

    def linked(self, number: int, kind: str) -> list[tuple[FbxObject, str]]:
        """Return the objects of a kind that connect to one, with their slots."""
        links = self.below.get(number, [])
        found = [(self.objects.get(link.number), link.slot) for link in links]
        return [(made, slot) for made, slot in found if made is not None and made.node.name == kind]

    def parents(self, number: int, kind: str) -> list[FbxObject]:
        """Return the objects of a kind to which one connects."""
        links = self.above.get(number, [])
        found = [self.objects[link.number] for link in links if link.number in self.objects]
        return [made for made in found if made.node.name == kind]

    def all(self, kind: str) -> list[FbxObject]:
        """Return all objects of a kind, in the file's order."""
        return [made for made in self.objects.values() if made.node.name == kind]

    def setting(self, name: str, default: float) -> float:
        """Return a number of the global settings."""
        entry = self.settings.get(name)
        return default if entry is None else entry.number(4, default)

    @property
    def asset_from_file(self) -> Float64[np.ndarray, "4 4"]:
        """Turn the file's axes and unit to ours.

        Raises:
            FormatError: The file's axes are no frame.
        """
        matrix = np.zeros((4, 4))
        for row, axis in enumerate(("CoordAxis", "UpAxis", "FrontAxis")):
            column = int(self.setting(axis, float(row)))
            if not 0 <= column <= 2:
                raise FormatError(f"{self.name}: the axis {column} does not exist.")
            matrix[row, column] = self.setting(f"{axis}Sign", 1.0)
        if abs(np.linalg.det(matrix[:3, :3])) < 0.5:
            raise FormatError(f"{self.name}: the axes of the file are no frame.")
        matrix[:3, :3] *= self.setting("UnitScaleFactor", 1.0) / 100
        matrix[3, 3] = 1
        return shifted(-self.offset) @ matrix


def scene_of(root: FbxNode, *, name: str, notes: Notes) -> Scene:
    """Read the graph.

    Raises:
        FormatError: There are no objects.
    """
    objects = root.find("Objects")
    if objects is None:
        raise FormatError(f"{name} holds no objects.")
    settings = root.find("GlobalSettings")
    made = (_object(child) for child in objects.children)
    scene = Scene(
        name=name,
        root=root,
        objects={found.number: found for found in made if found is not None},
        settings={} if settings is None else _properties(settings),
    )
    for link in (root.find("Connections") or FbxNode(name="")).children:
        if link.name != "C" or len(link.values) < 3:
            continue
        child, parent = int(link.number(1)), int(link.number(2))
        slot = link.text(3) if link.text() == "OP" else ""
        scene.below.setdefault(parent, []).append(Link(number=child, slot=slot))
        scene.above.setdefault(child, []).append(Link(number=parent, slot=slot))
    if not scene.settings:
        notes.tell("fbx.unit", "The file says no unit; centimetres are assumed.")
    return scene


def _object(child: FbxNode) -> FbxObject | None:
    """Read one object; None for what has no id."""
    if len(child.values) < 3 or not isinstance(child.values[0], int | np.integer):
        return None
    return FbxObject(
        number=int(child.values[0]),
        node=child,
        name=child.text(1).partition("\x00")[0],
        subtype=child.text(2),
        properties=_properties(child),
    )


def _properties(child: FbxNode) -> dict[str, FbxNode]:
    """Return an object's own properties by name."""
    table = child.find("Properties70")
    return {} if table is None else {entry.text(): entry for entry in table.all("P")}


def local_matrices(
    made: FbxObject, *, translations: Vectors, rotations_deg: Vectors, scales: Vectors
) -> Float64[np.ndarray, "k 4 4"]:
    """Return `parent_from_node` (FBX SDK: T Roff Rp Rpre R Rpost' Rp' Soff Sp S Sp')."""
    order = _ROTATION_ORDERS[min(int(made.number_of("RotationOrder", 0.0)), 6)]
    before = _turn(made.vector("PreRotation"))
    after = np.linalg.inv(_turn(made.vector("PostRotation")))
    turned = _homogeneous(matrices_from_euler_deg(rotations_deg, order=order))
    pivot, scale_pivot = made.vector("RotationPivot"), made.vector("ScalingPivot")
    stretched = np.zeros((len(scales), 4, 4))
    for axis in range(3):
        stretched[:, axis, axis] = scales[:, axis]
    stretched[:, 3, 3] = 1
    shifted = np.broadcast_to(np.eye(4), stretched.shape).copy()
    shifted[:, :3, 3] = translations
    around = _shift(made.vector("RotationOffset")) @ _shift(pivot) @ before
    back = after @ _shift(pivot, -1) @ _shift(made.vector("ScalingOffset")) @ _shift(scale_pivot)
    return shifted @ around @ turned @ back @ stretched @ _shift(scale_pivot, -1)


def rest_matrix(made: FbxObject) -> Float64[np.ndarray, "4 4"]:
    """Return `parent_from_node` before any animation."""
    return local_matrices(
        made,
        translations=np.array([made.vector("Lcl Translation")]),
        rotations_deg=np.array([made.vector("Lcl Rotation")]),
        scales=np.array([made.vector("Lcl Scaling", (1.0, 1.0, 1.0))]),
    )[0]


def geometric_matrix(made: FbxObject) -> Float64[np.ndarray, "4 4"]:
    """Return where a node's mesh stands in the node itself."""
    scale = np.diag([*made.vector("GeometricScaling", (1.0, 1.0, 1.0)), 1.0])
    moved = _shift(made.vector("GeometricTranslation"))
    return moved @ _turn(made.vector("GeometricRotation")) @ scale


def _turn(angles: tuple[float, float, float]) -> Float64[np.ndarray, "4 4"]:
    """Return a rotation."""
    return _homogeneous(matrices_from_euler_deg(np.array([angles])))[0]


def _shift(by: tuple[float, float, float], sign: int = 1) -> Float64[np.ndarray, "4 4"]:
    """Return a translation."""
    matrix = np.eye(4)
    matrix[:3, 3] = np.array(by) * sign
    return matrix


def _homogeneous(rotations: Float64[np.ndarray, "k 3 3"]) -> Float64[np.ndarray, "k 4 4"]:
    """Widen rotations."""
    matrices = np.zeros((len(rotations), 4, 4))
    matrices[:, :3, :3] = rotations
    matrices[:, 3, 3] = 1
    return matrices
