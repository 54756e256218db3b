"""Call the joints of a figure what an engine calls them. Names only: axes stay as they are."""

from dataclasses import replace

from bozzetto.asset.model import Model
from bozzetto.rigging.dialects import find_dialect, plain_name, roles_by_name

_FIGURE = 8  # Fewer known joints are a coincidence: a crane has a "head" too.


def rename_joints(model: Model, *, dialect: str) -> Model:
    """Rename the joints that are known by any convention; others, and those of no figure, stay.

    Args:
        model: With or without a skeleton.
        dialect: One of `rigging.dialects.DIALECTS`; empty changes nothing.

    Raises:
        UnknownNameError: There is no such dialect.
    """
    if not dialect or model.skeleton is None:
        return model
    name_of, roles = find_dialect(dialect).name_of, roles_by_name()
    old = model.skeleton.names
    known = [roles.get(plain_name(name)) for name in old]
    if sum(role is not None for role in known) < _FIGURE:
        return model
    new = list(old)
    taken = {name for name, role in zip(old, known, strict=True) if role is None}
    for number, role in enumerate(known):
        wanted = old[number] if role is None else name_of(role)
        if role is not None and wanted not in taken:
            new[number] = wanted
            taken.add(wanted)
    if len(set(new)) != len(new):  # A joint that kept its name met one that took it.
        return model
    return replace(model, skeleton=replace(model.skeleton, names=tuple(new)))
