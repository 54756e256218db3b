"""Names that every tool accepts."""

import re
from collections.abc import Iterable


def slug(name: str) -> str:
    """Return a name that every tool accepts: lower-case letters, digits, `_` and `-`."""
    return re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_") or "asset"


def file_stem(name: str) -> str:
    """Return a name for a file, capitals kept: engines know textures by prefixes such as `T_`."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "picture"


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names in order, with `_1`, `_2` and so on behind those that came before."""
    taken: set[str] = set()
    used: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        candidate, count = name, used.get(name, 0)
        while candidate in taken:
            count += 1
            candidate = f"{name}_{count}"
        used[name] = count
        taken.add(candidate)
        result.append(candidate)
    return tuple(result)
