"""Roughness and metalness for materials whose files say nothing believable.

Converters write fixed numbers (0.4 and 0.4, or nothing, which glTF reads as pure metal), so the
material's name decides, as in `DarkMetal`; where it says nothing, roughness varies by a hash.
"""

import hashlib
import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finish:
    """How a surface reflects."""

    roughness: float
    metallic: float


_FINISHES: tuple[tuple[str, Finish], ...] = (
    (r"chrome|mirror", Finish(roughness=0.12, metallic=1.0)),
    (r"gold|silver|brass|copper|bronze", Finish(roughness=0.25, metallic=1.0)),
    (r"metal|steel|iron|alumin|inox|blade|screw", Finish(roughness=0.38, metallic=0.9)),
    (r"glass|window|lens|crystal|gem|diamond|ice", Finish(roughness=0.1, metallic=0.0)),
    (r"plastic|paint|lacquer|ceramic|porcelain|eye", Finish(roughness=0.3, metallic=0.0)),
    (r"wood|bark|leather|plank", Finish(roughness=0.65, metallic=0.0)),
    (
        r"cloth|fabric|carpet|leaf|leaves|grass|skin|hair|stone|rock|brick|dirt|sand|paper|rubber",
        Finish(roughness=0.88, metallic=0.0),
    ),
)


def guess_finish(material_name: str, *, owner: str) -> Finish:
    """Guess the finish from a material's name.

    Args:
        material_name: As the file has it.
        owner: The object's name; varies what the material's name leaves open.
    """
    lowered = material_name.lower()
    for pattern, finish in _FINISHES:
        if re.search(pattern, lowered):
            return finish
    digest = hashlib.sha256(f"{owner}|{material_name}".encode()).digest()
    return Finish(roughness=0.4 + 0.5 * digest[0] / 255, metallic=0.0)
