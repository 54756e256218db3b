"""The container of PLY: elements with properties, binary or text, of either byte order.

Letters: v rows, f faces, n corners of all faces.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Int32, Shaped

from bozzetto.errors import FormatError

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_MAX_HEADER = 100_000
Lists = tuple[Int32[np.ndarray, " f"], Int32[np.ndarray, " n"]]


@dataclass(frozen=True, kw_only=True)
class _Property:
    """One property of an element."""

    name: str
    kind: str
    count_kind: str | None = None
    """Of the length, for lists."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Element:
    """The rows of one element."""

    columns: dict[str, Shaped[np.ndarray, " v"]] = field(
        default_factory=dict[str, Shaped[np.ndarray, " v"]]
    )
    lists: dict[str, Lists] = field(default_factory=dict[str, Lists])
    """Lengths and all members."""

    def table(self, names: tuple[str, ...]) -> Float32[np.ndarray, "v c"] | None:
        """Return columns side by side; None unless all are there."""
        if not set(names) <= set(self.columns):
            return None
        return np.stack([self.columns[name].astype(np.float32) for name in names], axis=1)

    def single(self, name: str) -> Float32[np.ndarray, " v"] | None:
        """Return one column, or None where it is absent."""
        values = self.columns.get(name)
        return None if values is None else values.astype(np.float32)


def read_elements(data: bytes, *, name: str) -> dict[str, Element]:
    """Read all elements.

    Raises:
        FormatError: It is not PLY, or is cut off.
    """
    end = data.find(b"end_header", 0, _MAX_HEADER)
    if not data.startswith(b"ply") or end < 0:
        raise FormatError(f"{name} is not a PLY file.")
    body = data[data.index(b"\n", end) + 1 :] if b"\n" in data[end : end + 13] else b""
    lines = [line.split() for line in data[:end].decode("ascii", "replace").splitlines()]
    layouts = _layouts(lines, name=name)
    form = next((line[1] for line in lines if line[:1] == ["format"] and len(line) > 1), "")
    try:
        if form == "ascii":
            return _from_text(body, layouts)
        order = {"binary_little_endian": "<", "binary_big_endian": ">"}[form]
        return _from_binary(body, layouts, order=order)
    except (ValueError, KeyError, IndexError):
        raise FormatError(f"{name} is cut off, or not a PLY file.") from None


def _layouts(lines: list[list[str]], *, name: str) -> list[tuple[str, int, list[_Property]]]:
    """Parse the header: each element's name, number of rows and properties."""
    layouts: list[tuple[str, int, list[_Property]]] = []
    try:
        for line in lines:
            if line[:1] == ["element"]:
                layouts.append((line[1], int(line[2]), []))
            elif line[:2] == ["property", "list"]:
                made = _Property(name=line[4], kind=_TYPES[line[3]], count_kind=_TYPES[line[2]])
                layouts[-1][2].append(made)
            elif line[:1] == ["property"]:
                layouts[-1][2].append(_Property(name=line[2], kind=_TYPES[line[1]]))
    except (IndexError, KeyError, ValueError):
        raise FormatError(f"{name} has a header that cannot be read.") from None
    return layouts


def _from_text(body: bytes, layouts: list[tuple[str, int, list[_Property]]]) -> dict[str, Element]:
    """Read a text file."""
    numbers = np.array(body.split(), "S").astype(np.float64)
    elements: dict[str, Element] = {}
    at = 0
    for name, count, properties in layouts:
        if all(p.count_kind is None for p in properties):
            stop = at + count * len(properties)
            table = numbers[at:stop].reshape(count, len(properties))
            columns = {p.name: table[:, i].astype(p.kind) for i, p in enumerate(properties)}
            elements[name], at = Element(columns=columns), stop
        else:
            elements[name], at = _text_lists(numbers, at, count=count, properties=properties)
    return elements


def _text_lists(
    numbers: Shaped[np.ndarray, " n"], at: int, *, count: int, properties: list[_Property]
) -> tuple[Element, int]:
    """Read rows with lists, one after another; single values among them are skipped."""
    lengths: dict[str, list[int]] = {p.name: [] for p in properties if p.count_kind}
    members: dict[str, list[float]] = {p.name: [] for p in properties if p.count_kind}
    for _ in range(count):
        for p in properties:
            if p.count_kind is None:
                at += 1
                continue
            length = int(numbers[at])
            lengths[p.name].append(length)
            members[p.name].extend(numbers[at + 1 : at + 1 + length])
            at += 1 + length
    lists = {n: _as_lists(lengths[n], members[n]) for n in lengths}
    return Element(lists=lists), at


def _as_lists(lengths: list[int], members: list[float]) -> Lists:
    """Pack lists, refusing those that are cut off."""
    if sum(lengths) != len(members):
        raise ValueError("cut off")
    return np.array(lengths, np.int32), np.array(members, np.float64).astype(np.int32)


def _from_binary(
    body: bytes, layouts: list[tuple[str, int, list[_Property]]], *, order: str
) -> dict[str, Element]:
    """Read a binary file."""
    elements: dict[str, Element] = {}
    at = 0
    for name, count, properties in layouts:
        if all(p.count_kind is None for p in properties):
            row = np.dtype([(p.name, order + p.kind) for p in properties])
            table = np.frombuffer(body, row, count, at)
            native = {p.name: table[p.name].astype(p.kind) for p in properties}
            elements[name], at = Element(columns=native), at + count * row.itemsize
        else:
            elements[name], at = _binary_lists(
                body, at, count=count, properties=properties, order=order
            )
    return elements


def _binary_lists(
    body: bytes, at: int, *, count: int, properties: list[_Property], order: str
) -> tuple[Element, int]:
    """Read rows with lists: at once where all rows look like the first, else one by one."""
    if len(properties) == 1 and count:
        p = properties[0]
        length_type = np.dtype(order + (p.count_kind or "u1"))
        length = int(np.frombuffer(body, length_type, 1, at)[0])
        row = np.dtype([("length", length_type), ("members", order + p.kind, (length,))])
        if at + count * row.itemsize <= len(body):
            table = np.frombuffer(body, row, count, at)
            if (table["length"] == length).all():
                packed = table["members"].reshape(-1).astype(np.int32)
                lists = {p.name: (np.full(count, length, np.int32), packed)}
                return Element(lists=lists), at + count * row.itemsize
    lengths: dict[str, list[int]] = {p.name: [] for p in properties if p.count_kind}
    members: dict[str, list[float]] = {p.name: [] for p in properties if p.count_kind}
    for _ in range(count):
        for p in properties:
            kind = np.dtype(order + p.kind)
            if p.count_kind is None:
                at += kind.itemsize
                continue
            length_type = np.dtype(order + p.count_kind)
            length = int(np.frombuffer(body, length_type, 1, at)[0])
            at += length_type.itemsize
            members[p.name].extend(np.frombuffer(body, kind, length, at).tolist())
            lengths[p.name].append(length)
            at += length * kind.itemsize
    lists = {n: _as_lists(lengths[n], members[n]) for n in lengths}
    return Element(lists=lists), at
