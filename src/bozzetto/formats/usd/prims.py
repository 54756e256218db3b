"""Small steps of authoring USD prims by type and attribute names."""

from pxr import Sdf, Tf, Usd, Vt


def identifier(name: str) -> str:
    """Return a name as USD allows it."""
    return Tf.MakeValidIdentifier(name)


def put(prim: Usd.Prim, name: str, *, kind: Sdf.ValueTypeName, value: object) -> Usd.Attribute:
    """Author an attribute of a schema."""
    attribute = prim.CreateAttribute(name, kind, False)
    attribute.Set(value)
    return attribute


def put_uniform(prim: Usd.Prim, name: str, *, kind: Sdf.ValueTypeName, value: object) -> None:
    """Author an attribute that never changes over time."""
    prim.CreateAttribute(name, kind, False, Sdf.VariabilityUniform).Set(value)


def relate(prim: Usd.Prim, name: str, target: Sdf.Path) -> None:
    """Author a relationship of a schema."""
    prim.CreateRelationship(name, False).SetTargets([target])


def tokens(prim: Usd.Prim, name: str) -> list[str]:
    """Return an array of names; empty where the attribute is absent."""
    value = prim.GetAttribute(name).Get()
    return [str(entry) for entry in value] if isinstance(value, Vt.TokenArray) else []
