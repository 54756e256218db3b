"""What a person should know before using a model: doubts and faults, as findings."""

from collections.abc import Iterator

from bozzetto.findings import Finding, Severity
from bozzetto.qa.file_facts import FileFacts
from bozzetto.qa.model_facts import ModelFacts

_PLAUSIBLE_SIZE_M = (0.005, 50.0)
_FIGURE_M = (0.2, 4.0)  # Heights of figures between a doll and a giant.
_FIGURE_JOINTS = ("hips", "pelvis", "spine", "head")
_STRETCHED = 1.75
_SHARE_OVERLAP = 0.01
_SUM_ERROR = 1e-3


def find_in_model(model: ModelFacts, file: FileFacts) -> tuple[Finding, ...]:
    """Judge a model; the severe first is left to whoever shows them."""
    found = (
        *_shape(model),
        *_size(model, file),
        *_layouts(model),
        *_pictures(model),
        *_skin(model),
        *(_info("asset.measured.in_part", note) for note in model.shortcuts),
    )
    return tuple(found)


def _shape(model: ModelFacts) -> Iterator[Finding]:
    """Judge the surface."""
    facts = model.topology
    if facts is None:
        return
    if not facts.watertight:
        yield _info(
            "asset.topology.open",
            f"The surface is open: {facts.border_edges} edges have one side only.",
            "Fine for display; close it for printing or physics.",
        )
    if not facts.manifold:
        yield _warning(
            "asset.topology.non-manifold",
            "Some edges or vertices join more surfaces than a solid has.",
            "Clean it up before sculpting, printing or baking.",
        )
    if facts.degenerate_triangles > 0:
        yield _warning(
            "asset.topology.degenerate",
            f"{facts.degenerate_triangles} triangles have no area.",
            "Merge close vertices and remove empty triangles.",
        )
    if facts.inverted_pieces > 0:
        yield _warning(
            "asset.topology.inverted",
            f"{facts.inverted_pieces} closed pieces are inside out.",
            "Flip their normals.",
        )
    if facts.interior_shells > 0:
        yield _info(
            "asset.topology.interior",
            f"{facts.interior_shells} closed pieces lie hidden inside others.",
            "Remove them to save triangles.",
        )


def _size(model: ModelFacts, file: FileFacts) -> Iterator[Finding]:
    """Judge scale, place and orientation."""
    longest, height = max(model.size_m), model.size_m[1]
    if file.is_metric and not _PLAUSIBLE_SIZE_M[0] < longest < _PLAUSIBLE_SIZE_M[1]:
        yield _warning(
            "asset.size.implausible",
            f"The object is {longest:.4g} m large.",
            "Check the unit: centimetres written as metres make it 100 times too large.",
        )
    elif file.is_metric and _is_figure(model) and not _FIGURE_M[0] < height < _FIGURE_M[1]:
        yield _warning(
            "asset.size.figure",
            f"The figure is {height:.4g} m tall.",
            "Check the unit, or give it a height: bozzetto export --size height=1.7m.",
        )
    if abs(model.low[1]) > 0.02 * max(height, 1e-9):
        yield _info(
            "asset.origin.ground",
            f"The lowest point is at y = {model.low[1]:.4g}, not on the ground.",
            "Move it so that it stands on y = 0: bozzetto export --pivot bottom.",
        )
    for doubt in model.orientation.doubts:
        yield _info("asset.orientation", doubt, "Look at it, and turn it if so.")


def _is_figure(model: ModelFacts) -> bool:
    """Tell whether the joints are those of a figure."""
    if model.skin is None:
        return False
    names = " ".join(model.skin.joint_names).lower()
    return sum(word in names for word in _FIGURE_JOINTS) >= 3


def _layouts(model: ModelFacts) -> Iterator[Finding]:
    """Judge texture coordinates."""
    for material in model.materials:
        facts = material.uv
        if material.maps and facts is None:
            yield _warning(
                "asset.uv.missing",
                f"The material {material.name} has textures, but its parts have no usable "
                "texture coordinates.",
                "Unwrap it.",
            )
        if facts is None:
            continue
        if facts.overlap_share > _SHARE_OVERLAP:
            yield _info(
                "asset.uv.overlap",
                f"{material.name}: {facts.overlap_share:.0%} of the used texels belong to more "
                "than one triangle.",
                "Fine for mirrored or tiled textures; unwrap again before baking light.",
            )
        if material.maps and facts.stretch_p99 > 2 * _STRETCHED:
            yield _info(
                "asset.uv.stretch",
                f"{material.name}: the texture is stretched {facts.stretch_mean:.2f} times on "
                f"average and {facts.stretch_p99:.1f} times at the worst percent.",
                "Unwrap it again with more seams where it shows.",
            )
        if material.maps and facts.padding_px is not None and facts.padding_px < 2:
            yield _info(
                "asset.uv.padding",
                f"{material.name}: two charts are {facts.padding_px:.0f} texels apart.",
                "Leave 8 at 1024 and 16 at 2048, or colours bleed at a distance.",
            )


def _pictures(model: ModelFacts) -> Iterator[Finding]:
    """Judge textures."""
    for picture in model.pictures:
        if picture.is_broken:
            yield Finding(
                code="asset.texture.broken",
                severity=Severity.ERROR,
                message=f"The texture {picture.name} ({picture.media_type}) is damaged and cannot "
                "be decoded.",
                fix="Export the file again with sound PNG or JPEG textures.",
            )
        elif not picture.power_of_two:
            yield _info(
                "asset.texture.size",
                f"The texture {picture.name} is {picture.width} x {picture.height}, not powers of "
                "two.",
                "Engines for phones want powers of two.",
            )
        for doubt in picture.doubts:
            yield _warning(
                "asset.texture.doubt", f"{picture.name}: {doubt}", "Look at it in an engine."
            )


def _skin(model: ModelFacts) -> Iterator[Finding]:
    """Judge skeleton and skin."""
    skin = model.skin
    if skin is None:
        return
    if skin.zero_weight_vertices:
        yield _warning(
            "asset.skin.unweighted",
            f"No joint moves {skin.zero_weight_vertices} vertices; they stay behind in motion.",
            "Give them weights.",
        )
    if skin.worst_sum_error > _SUM_ERROR:
        yield _warning(
            "asset.skin.sum",
            f"The weights of a vertex are {skin.worst_sum_error:.3g} off a sum of 1.",
            "Normalise the weights.",
        )
    if skin.unskinned_parts and skin.skinned_vertices:
        yield _info(
            "asset.skin.parts",
            f"The skeleton does not move the parts {', '.join(skin.unskinned_parts[:5])}.",
            "Fine for what stands still; else bind them.",
        )


def _info(code: str, message: str, fix: str = "") -> Finding:
    """Build a remark."""
    return Finding(code=code, severity=Severity.INFO, message=message, fix=fix)


def _warning(code: str, message: str, fix: str) -> Finding:
    """Build a warning."""
    return Finding(code=code, severity=Severity.WARNING, message=message, fix=fix)
