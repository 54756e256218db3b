"""Advice on one photograph: what is wrong with it, where, how bad, and how to do better.

Each family of defects is a module of its own and looks at the same `PreparedPhoto`.
"""

from bozzetto.capture.background import find_background
from bozzetto.capture.compression import find_jpeg_damage
from bozzetto.capture.evidence import gather
from bozzetto.capture.exposure import find_exposure
from bozzetto.capture.framing import find_framing
from bozzetto.capture.lighting import find_hard_light
from bozzetto.capture.mask_shape import find_box_alpha, find_hiding_view, find_mask_faults
from bozzetto.capture.noise import find_noise
from bozzetto.capture.options import AdviceOptions
from bozzetto.capture.sharpness import find_blur
from bozzetto.capture.surface import find_surface
from bozzetto.findings import Finding
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo


def advise(
    photo: Photo, mask: Mask | None, *, options: AdviceOptions = AdviceOptions()
) -> tuple[Finding, ...]:
    """Say what is wrong with a photograph of an object.

    Args:
        photo: As loaded.
        mask: What belongs to the object, from a user or a network, and possibly wrong; None to go
            by the photo's own alpha, or by the whole picture where it has none.
        options: Where each finding starts.

    Returns:
        Findings with codes `photo.<family>.<defect>`; none for a photo that is fine. A mask that
        is faulty in itself is reported alone, because nothing can be judged with it.
    """
    evidence = gather(photo, mask, options=options)
    faults = find_mask_faults(evidence)
    if faults:
        return tuple(faults)
    return (
        *find_box_alpha(evidence),
        *find_blur(evidence, options=options),
        *find_noise(evidence, options=options),
        *find_jpeg_damage(photo, evidence, options=options),
        *find_exposure(evidence, options=options),
        *find_hard_light(evidence, options=options),
        *find_background(evidence, options=options),
        *find_framing(evidence, options=options),
        *find_surface(evidence, options=options),
        *find_hiding_view(evidence, options=options),
    )
