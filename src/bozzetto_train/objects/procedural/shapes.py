"""Closed basic surfaces with texture coordinates, as parts.

Frame: +y up. Letters: r rows, c columns, n points. All surfaces are closed once vertices at the
same place are joined, and face outwards.
"""

import numpy as np
from jaxtyping import Float64, Int32
from manifold3d import triangulate

from bozzetto_train.objects.assembly import Part, moved
from bozzetto_train.objects.model import Material

Points = Float64[np.ndarray, "n 3"]
Outline = Float64[np.ndarray, "n 2"]


def grid(points: Float64[np.ndarray, "r c 3"], material: Material, *, repeat: float = 1.0) -> Part:
    """Span a surface over rows and columns; outside is columns x rows by the right hand.

    The last column should repeat the first one where the surface goes round.

    Args:
        points: The vertices.
        material: What it is made of.
        repeat: How often the texture goes round along the columns.
    """
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    triangles = np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    )
    u = np.broadcast_to(np.linspace(0, repeat, columns), (rows, columns))
    v = np.broadcast_to(_arc_share(points)[:, None], (rows, columns))
    return Part(
        positions=points.reshape(-1, 3).astype(np.float32),
        triangles=triangles.astype(np.int32),
        material=material,
        uvs=np.stack([u, 1 - v], -1).reshape(-1, 2).astype(np.float32),
    )


def lathe(profile: Outline, material: Material, *, segments: int = 40, repeat: float = 1.0) -> Part:
    """Turn a profile (radius, height), listed from bottom to top outside, about the y axis.

    A profile that starts and ends on the axis gives a closed surface; open ends are closed.
    """
    ends = np.array([[0.0, profile[0, 1]], [0.0, profile[-1, 1]]])
    outline = np.concatenate([ends[:1], profile, ends[1:]])
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    radius, height = outline[:, :1], np.repeat(outline[:, 1:], segments + 1, axis=1)
    points = np.stack([radius * np.sin(angle), height, radius * np.cos(angle)], axis=-1)
    return grid(points, material, repeat=repeat)


def tube(
    path: Points,
    radius: float | Float64[np.ndarray, " n"],
    material: Material,
    *,
    sides: int = 10,
    closed: bool = False,
) -> Part:
    """Run a round tube along a path.

    Args:
        path: Points along the middle; for closed loops without repeating the first.
        radius: One for all, or one per point.
        material: What it is made of.
        sides: Corners of the cross-section.
        closed: Whether the last point is joined to the first.
    """
    line = np.concatenate([path, path[:1]]) if closed else path
    radii = np.broadcast_to(np.asarray(radius, np.float64), (len(path),))
    radii = np.concatenate([radii, radii[:1]]) if closed else radii
    across, beside = _frames(line, closed=closed)
    angle = np.linspace(0, 2 * np.pi, sides + 1)[None, :, None]
    ring = np.cos(angle) * across[:, None] + np.sin(angle) * beside[:, None]
    points = line[:, None] + ring * radii[:, None, None]
    if not closed:
        points = _capped(points, line[0], line[-1])
    return grid(points, material, repeat=1.0)


def loft(sections: Float64[np.ndarray, "r n 3"], material: Material) -> Part:
    """Skin cross-sections of equally many points, listed as loops counter-clockwise from the end.

    The loops turn so that columns x rows points outside, as for `grid`; both ends are closed.
    """
    rows = np.concatenate([sections, sections[:, :1]], axis=1)
    return grid(_capped(rows, sections[0].mean(axis=0), sections[-1].mean(axis=0)), material)


def superellipsoid(
    size: tuple[float, float, float],
    material: Material,
    *,
    powers: tuple[float, float] = (1.0, 1.0),
    steps: int = 20,
) -> Part:
    """Make a superellipsoid about the origin (Barr, 1981).

    Args:
        size: Full extents along x, y, z.
        material: What it is made of.
        powers: Along meridians and around; 1 is an ellipsoid, towards 0 a box, 2 an octahedron.
        steps: Rows; columns are twice as many.
    """
    up = np.linspace(-np.pi / 2, np.pi / 2, steps + 1)[:, None]
    round_ = np.linspace(0, 2 * np.pi, 2 * steps + 1)[None, :]
    level, ring = _power(np.cos(up), powers[0]), _power(np.sin(up), powers[0])
    x = level * _power(np.sin(round_), powers[1])
    z = level * _power(np.cos(round_), powers[1])
    y = np.broadcast_to(ring, x.shape)
    return grid(np.stack([x, y, z], axis=-1) * (np.array(size) / 2), material)


def ellipsoid(size: tuple[float, float, float], material: Material, *, steps: int = 14) -> Part:
    """Make an ellipsoid of the given full extents about the origin."""
    return superellipsoid(size, material, steps=steps)


def ball(size: float, material: Material, *, steps: int = 14) -> Part:
    """Make a ball of the given diameter about the origin."""
    return superellipsoid((size, size, size), material, steps=steps)


def rounded_box(
    size: tuple[float, float, float], material: Material, *, radius: float = 0.0
) -> Part:
    """Make a box about the origin whose edges are rounded; each side carries the whole texture."""
    half = np.array(size) / 2
    bend = min(radius, 0.999 * float(half.min()))
    sides = [
        _box_side(half, bend, axis=axis, sign=sign) for axis in range(3) for sign in (-1.0, 1.0)
    ]
    parts = [grid(side, material) for side in sides]
    starts = np.cumsum([0, *[len(part.positions) for part in parts]])[:-1]
    moved_triangles = [part.triangles + start for part, start in zip(parts, starts, strict=True)]
    return Part(
        positions=np.concatenate([part.positions for part in parts]),
        triangles=np.concatenate(moved_triangles).astype(np.int32),
        material=material,
        uvs=np.concatenate([part.uvs for part in parts if part.uvs is not None]),
    )


def extrude(outline: Outline, depth: float, material: Material, *, inset: float = 0.0) -> Part:
    """Raise a simple polygon (x, y), counter-clockwise, along z, half to either side.

    Args:
        outline: Corners; may be concave.
        depth: Full depth.
        material: What it is made of.
        inset: By how much the front and back shrink towards the outline's middle, a share; makes
            a bevel.
    """
    middle = outline.mean(axis=0)
    small = middle + (outline - middle) * (1 - inset)
    heights = (
        [-depth / 2, -depth * 0.3, depth * 0.3, depth / 2] if inset else [-depth / 2, depth / 2]
    )
    loops = [small, outline, outline, small] if inset else [outline, outline]
    rows = [
        np.column_stack([loop, np.full(len(loop), z)])
        for loop, z in zip(loops, heights, strict=True)
    ]
    walls = np.stack(rows)
    side = grid(np.concatenate([walls, walls[:, :1]], axis=1), material, repeat=2.0)
    faces = _faces(outline)
    count, base = len(outline), len(side.positions)
    both = np.concatenate([walls[0], walls[-1]])
    span = np.ptp(outline, axis=0).max()
    uvs = (both[:, :2] - outline.min(axis=0)) / span
    uvs[:, 1] = 1 - uvs[:, 1]
    triangles = [side.triangles, faces[:, ::-1] + base, faces + base + count]
    assert side.uvs is not None
    return Part(
        positions=np.concatenate([side.positions, both]).astype(np.float32),
        triangles=np.concatenate(triangles).astype(np.int32),
        material=material,
        uvs=np.concatenate([side.uvs, uvs]).astype(np.float32),
    )


def placed(
    part: Part,
    *,
    at: tuple[float, float, float] = (0.0, 0.0, 0.0),
    turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0),
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Part:
    """Scale a part, turn it about x, then y, then z (degrees), and move it."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(turn_deg) * np.array(scale)
    matrix[:3, 3] = at
    return moved(part, matrix)


def rotation(turn_deg: tuple[float, float, float]) -> Float64[np.ndarray, "3 3"]:
    """Return the rotation about x, then y, then z, in degrees."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def spline(points: Points, *, count: int = 24, closed: bool = False) -> Points:
    """Run a smooth curve through points (Catmull-Rom, uniform)."""
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate([points[:1], points, points[-1:]])
    spans = len(padded) - 3
    at = np.linspace(0, spans, count, endpoint=not closed)
    span = np.minimum(at.astype(int), spans - 1)
    t = (at - span)[:, None]
    a, b, c, d = (padded[span + k] for k in range(4))
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def _faces(outline: Outline) -> Int32[np.ndarray, "t 3"]:
    """Cut a simple polygon into triangles."""
    return np.asarray(triangulate([np.ascontiguousarray(outline)]), np.int32).reshape(-1, 3)


def _arc_share(points: Float64[np.ndarray, "r c 3"]) -> Float64[np.ndarray, " r"]:
    """Return how far along the rows' middle column each row lies, 0 to 1."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=2).mean(axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    return along / max(float(along[-1]), 1e-12)


def _capped(
    rows: Float64[np.ndarray, "r c 3"], first: Points, last: Points
) -> Float64[np.ndarray, "r2 c 3"]:
    """Close both ends of rows of loops with a point each."""
    columns = rows.shape[1]
    ends = [np.broadcast_to(point, (1, columns, 3)) for point in (first, last)]
    return np.concatenate([ends[0], rows, ends[1]])


def _frames(line: Points, *, closed: bool) -> tuple[Points, Points]:
    """Return two unit vectors across a line, carried along without twist."""
    steps = np.gradient(line, axis=0)
    if closed:
        steps[0] = steps[-1] = line[1] - line[-2]
    along = steps / (np.linalg.norm(steps, axis=1, keepdims=True) + 1e-12)
    across = np.empty_like(along)
    start = np.eye(3)[int(np.argmin(np.abs(along[0])))]
    for index, direction in enumerate(along):
        start = start - (start @ direction) * direction
        start = start / (np.linalg.norm(start) + 1e-12)
        across[index] = start
    return across, np.cross(along, across)


def _power(values: Float64[np.ndarray, "r c"], power: float) -> Float64[np.ndarray, "r c"]:
    """Raise the size of values to a power and keep their sign."""
    return np.sign(values) * np.abs(values) ** power


def _box_side(
    half: Float64[np.ndarray, " 3"], bend: float, *, axis: int, sign: float
) -> Float64[np.ndarray, "r c 3"]:
    """Return the grid of one side of a rounded box; upright sides have y along their rows."""
    u_axis, v_axis = ((2, 1), (0, 2), (0, 1))[axis]
    u, v = _box_steps(float(half[u_axis]), bend), _box_steps(float(half[v_axis]), bend)
    points = np.zeros((len(v), len(u), 3))
    points[..., u_axis], points[..., v_axis] = u[None, :], v[:, None]
    points[..., axis] = sign * half[axis]
    normal = np.cross(np.eye(3)[u_axis], np.eye(3)[v_axis])[axis]
    if normal * sign < 0:
        points = points[:, ::-1]
    if bend == 0:
        return points
    inner = np.clip(points, -(half - bend), half - bend)
    out = points - inner
    return inner + out / (np.linalg.norm(out, axis=-1, keepdims=True) + 1e-12) * bend


def _box_steps(half: float, bend: float) -> Float64[np.ndarray, " n"]:
    """Return coordinates along a side: the flat part, and arcs at both ends."""
    if bend == 0:
        return np.array([-half, half])
    arc = half - bend + bend * np.tan(np.radians(np.linspace(0, 45, 4)))
    return np.concatenate([-arc[::-1], arc])
