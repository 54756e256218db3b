"""VRM 1.0: a GLB that says which joint is which bone of a human, and who may do what with it.

VRM Consortium, VRMC_vrm 1.0 (vrm.dev): humanoid bones by node, required meta data, a T pose at
rest, facing +z. Expressions, spring bones and MToon materials are left out; all are optional.
"""

from typing import cast

from bozzetto.errors import InputError
from bozzetto.formats.checks import check_model
from bozzetto.formats.gltf.container import BinaryWriter, Json, pack_glb
from bozzetto.formats.gltf.document import gltf_document
from bozzetto.rigging.joints import is_animal
from bozzetto.rigging.rig import Rigged
from bozzetto.rigging.template import BIPED, SIDES

EXTENSION = "VRMC_vrm"
LICENCE_URL = "https://vrm.dev/licenses/1.0/"
_LIMBS = ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
REQUIRED = frozenset(("hips", "spine", "head", *(side + role for side in SIDES for role in _LIMBS)))
"""The 15 bones that every VRM must have."""


def encode_vrm(rigged: Rigged) -> bytes:
    """Encode a rigged human as VRM 1.0; the same figure gives the same bytes.

    Raises:
        InputError: The figure has four legs, or does not face +z.
    """
    if is_animal(rigged.joints):
        raise InputError(
            "VRM holds humans; this figure has four legs.", advice="Write it as GLB, FBX or USD."
        )
    if abs(rigged.facing) > 1e-6:
        raise InputError(
            "VRM wants figures that face +z; this one looks another way.",
            advice="Turn the model to face +z and rig again.",
        )
    model = rigged.model
    check_model(model, kind="VRM")
    writer = BinaryWriter()
    document = gltf_document(model, writer=writer)
    # Nodes are the parts, then the armature, then the joints in their order.
    first = len(model.parts) + 1
    known = {bone.role for bone in BIPED}
    bones = {
        role: {"node": first + index} for index, role in enumerate(rigged.roles) if role in known
    }
    facts = dict(model.metadata)
    extension: Json = {
        "specVersion": "1.0",
        "humanoid": {"humanBones": bones},
        "meta": {
            "name": model.name,
            "version": "1",
            "authors": [facts.get("dc:creator", "unknown")],
            "licenseUrl": LICENCE_URL,
        },
    }
    used = cast("list[str]", document.get("extensionsUsed", []))
    others = cast("Json", document.get("extensions", {}))
    document["extensionsUsed"] = [*used, EXTENSION]
    document["extensions"] = {**others, EXTENSION: extension}
    return pack_glb(document, writer=writer)
