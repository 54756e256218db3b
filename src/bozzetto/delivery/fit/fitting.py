"""Make a variant of a file that passes a profile, list every change, and say what cannot be done.

The result counts as fitted only by what an inspection of the written file says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bozzetto.asset.model import Model
from bozzetto.delivery.fit.changes import (
    Change,
    Changed,
    allow_alpha,
    drop_degenerate,
    drop_map,
    drop_vertex_colors,
    fewer_triangles,
    join_parts,
    limit_clips,
    one_material,
    recode,
    stand_on_origin,
    triangles_for_vertices,
)
from bozzetto.delivery.fit.limits import CANNOT, MERGING, FitLimits, breaks, broken, limits_of
from bozzetto.delivery.inspect.inspection import Inspection, inspect_opened
from bozzetto.delivery.inspect.page import say_value
from bozzetto.delivery.naming import Naming, rename_model, safe_stem
from bozzetto.delivery.open_model import Opened, open_model, read_source
from bozzetto.delivery.pictures import JPEG, PNG, WEBP, PictureRules
from bozzetto.delivery.placing import Placement, place_model
from bozzetto.delivery.provenance import provenance_of_file, with_provenance
from bozzetto.delivery.sizing import Size, scale_for
from bozzetto.delivery.source_frame import AS_READ, SourceFrame
from bozzetto.findings import Finding, Severity
from bozzetto.formats.base import Source, Written
from bozzetto.formats.registry import load_format
from bozzetto.qa.file_facts import FileFacts
from bozzetto.qa.profile import Profile, ProfileResult, judge, load_profile

_SIZE_ROUNDS = (
    (90, None, False),
    (80, None, False),
    (80, 1024, True),
    (75, 512, True),
    (70, 512, True),
    (70, 256, True),
)
"""Quality, side in px and whether normal maps become JPEG too; tried in order for small files."""

_MESH_ROUNDS = 3
_MORPHS = "gltf.morphs"
"""Morph targets have a line of their own among the changes, with their number."""


@dataclass(frozen=True, kw_only=True)
class Unfixed:
    """A limit that is still broken, and why."""

    what: str
    level: str
    measured: str
    wanted: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What became of a file."""

    profile: str
    source: str
    file: str
    """Name of the variant."""
    format: str
    accepted: bool
    """Whether no hard rule is broken any more."""
    perfect: bool
    """Whether no rule is broken any more."""
    changes: tuple[Change, ...]
    unfixed: tuple[Unfixed, ...]
    findings: tuple[Finding, ...]
    """Of reading the file and of writing the variant: what is lost on the way."""
    before: ProfileResult
    after: ProfileResult


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """A variant that is not on a disk yet, and the record of how it was made."""

    fit: Fit
    written: Written


@dataclass(frozen=True, kw_only=True, eq=False)
class _State:
    """A model on its way, and what was done to it."""

    model: Model
    changes: tuple[Change, ...]

    def then(self, step: Callable[[Model], Changed]) -> "_State":
        """Apply a change."""
        model, changes = step(self.model)
        return _State(model=model, changes=(*self.changes, *changes))

    def grounded(self, limits: FitLimits) -> "_State":
        """Put the origin back to the bottom centre: fewer triangles have other bounds."""
        if not limits.on_ground:
            return self
        return replace(self, model=stand_on_origin(self.model)[0])


def fit_file(
    path: Path, *, profile: str, size: Size | None = None, frame: SourceFrame = AS_READ
) -> Fitted:
    """Make a variant of a file for a profile.

    Args:
        path: Any model file.
        profile: Name of the profile.
        size: The real size; None where it is not known.
        frame: The unit and up axis of a file that says neither.

    Raises:
        InputError: The file cannot be read, or the size does not fit it.
        UnknownNameError: There is no profile of that name.
        FormatError: The variant cannot be written.
    """
    chosen = load_profile(profile)
    return fit_opened(open_model(path, frame=frame), profile=chosen, size=size)


def fit_opened(opened: Opened, *, profile: Profile, size: Size | None = None) -> Fitted:
    """Make a variant of a model that was read already."""
    first = inspect_opened(opened)
    before = judge(profile, first.model, opened.file)
    format_name = _format_for(profile, opened)
    limits = limits_of(profile)
    state = _State(
        model=opened.model,
        changes=(*_lost(opened.findings), *_dropped_in_writing(opened, before)),
    )
    state = _sized(state, opened, size)
    state = _placed(state, before)
    state = state.then(lambda model: limit_clips(model, limits))
    state = state.then(lambda model: allow_alpha(model, limits))
    if breaks(before, ("degenerate_triangles",)):
        state = state.then(drop_degenerate)
    state = _shaped(state, before, limits).grounded(limits)
    if not limits.vertex_colors:
        state = state.then(drop_vertex_colors)
    state = _joined(state, profile)
    state = state.then(lambda model: recode(model, _picture_rules(limits)))
    stem = f"{safe_stem(Path(opened.file.name).stem)}_{profile.name}"
    state, written = _written_small_enough(state, limits, format_name=format_name, stem=stem)
    reread = read_source(Source.of(written), name=format_name)
    last = inspect_opened(replace(reread, file=_known(reread, opened, size)))
    after = judge(profile, last.model, last.file)
    fit = Fit(
        profile=profile.name,
        source=opened.file.name,
        file=written.main,
        format=format_name,
        accepted=after.accepted,
        perfect=after.perfect,
        changes=(*_with_bytes(state.changes, first, last), *_lost(written.findings)),
        unfixed=_unfixed(after),
        findings=_noticed(opened, written),
        before=before,
        after=after,
    )
    return Fitted(fit=fit, written=written)


def _format_for(profile: Profile, opened: Opened) -> str:
    """Keep the file's format where the profile takes it and we write it, else change it."""
    taken = [rule.among for rule in profile.rules if rule.measure == "format"]
    if all(opened.file.format in among for among in taken):
        return opened.file.format
    return profile.export_as


def _lost(findings: Sequence[Finding]) -> tuple[Change, ...]:
    """List what a reader or writer says that it left out or changed."""
    return tuple(
        Change(what=finding.message.removesuffix("."), before="in the file", after="not as it was")
        for finding in findings
        if finding.severity is not Severity.INFO and finding.code != _MORPHS
    )


def _noticed(opened: Opened, written: Written) -> tuple[Finding, ...]:
    """Collect what reader and writer noticed, each about its file."""
    read = [replace(f, subject=f.subject or opened.file.name) for f in opened.findings]
    wrote = [replace(f, subject=written.main) for f in written.findings]
    return tuple(dict.fromkeys([*read, *wrote]))


def _dropped_in_writing(opened: Opened, before: ProfileResult) -> tuple[Change, ...]:
    """List what a model cannot hold, and so is gone in the variant."""
    file = opened.file
    changes: list[Change] = []
    if file.uv_sets is not None and file.uv_sets > 1:
        changes.append(
            Change(what="sets of texture coordinates", before=f"{file.uv_sets}", after="1")
        )
    if file.influences is not None and file.influences > 4:
        changes.append(
            Change(what="joints per vertex", before=f"up to {file.influences}", after="up to 4")
        )
    if file.morph_targets:
        changes.append(Change(what="morph targets", before=f"{file.morph_targets}", after="0"))
    if file.extensions_required:
        names = ", ".join(file.extensions_required)
        changes.append(Change(what="needed extensions", before=names, after="none"))
    return tuple(changes)


def _sized(state: _State, opened: Opened, size: Size | None) -> _State:
    """Give the model its real size."""
    if size is None:
        return state

    def step(model: Model) -> Changed:
        scale = scale_for(model, size)
        sized = place_model(model, placement=Placement(scale=scale.factor))
        record = provenance_of_file(model, file_name=opened.file.name, sha256="")
        sized = with_provenance(sized, replace(record, size=scale.text), scale=scale)
        return sized, (
            Change(
                what="size", before="as in the file", after=f"x {scale.factor:.6g}: {scale.text}"
            ),
        )

    return state.then(step)


def _placed(state: _State, before: ProfileResult) -> _State:
    """Move the origin where the profile wants it."""
    if breaks(before, ("origin_bottom_centre",)):
        return state.then(stand_on_origin)
    return state


def _shaped(state: _State, before: ProfileResult, limits: FitLimits) -> _State:
    """Reduce triangles and merge materials, in one bake where both are wanted."""
    target = limits.triangles if breaks(before, ("triangles",)) else None
    if limits.vertices is not None and breaks(before, ("vertices",)):
        least = triangles_for_vertices(state.model, limits.vertices)
        target = least if target is None else min(target, least)
    merge = bool(breaks(before, MERGING)) or target is not None or _too_many_draws(state, before)
    if merge:
        budget = target
        if limits.part_triangles is not None and breaks(before, ("part_triangles",)):
            budget = min(target or limits.part_triangles, limits.part_triangles)
        return state.then(
            lambda model: one_material(
                model,
                target=budget,
                texture_px=limits.texture_px,
                least_px=limits.least_texture_px,
            )
        )
    most = limits.part_triangles
    if most is not None and breaks(before, ("part_triangles",)):
        return state.then(
            lambda model: fewer_triangles(model, most_per_part=most, texture_px=limits.texture_px)
        )
    return state


def _too_many_draws(state: _State, before: ProfileResult) -> bool:
    """Tell whether even one part for each material would be too many."""
    materials = len({id(part.surface) for part in state.model.parts})
    limits = [one.rule.most for one in breaks(before, ("draws",)) if one.rule.most is not None]
    return any(materials > most for most in limits)


def _joined(state: _State, profile: Profile) -> _State:
    """Join parts of one material where draw calls are counted and too many."""
    most = [rule.most for rule in profile.rules if rule.measure in ("draws", "parts") and rule.most]
    if most and len(state.model.parts) > min(most):
        return state.then(join_parts)
    return state


def _picture_rules(limits: FitLimits) -> PictureRules:
    """Return what the profile wants of textures."""
    return PictureRules(
        longest_px=limits.texture_px,
        media_types=limits.texture_kinds or (JPEG, PNG, WEBP),
        power_of_two=limits.power_of_two,
    )


def _written_small_enough(
    state: _State, limits: FitLimits, *, format_name: str, stem: str
) -> tuple[_State, Written]:
    """Write the model; while the file is too large shrink textures, then the mesh, then drop maps.

    Colour goes last, in the order of 3D Commerce.
    """

    def fits(written: Written) -> bool:
        return limits.file_kb is None or _kib(written) <= limits.file_kb

    written = _write(state.model, format_name, stem)
    if fits(written) or limits.file_kb is None:
        return state, written
    whole = state
    for _ in range(_MESH_ROUNDS):
        smaller, written = _smaller_textures(state, limits, format_name=format_name, stem=stem)
        if fits(written):
            return smaller, written
        count = sum(part.mesh.num_triangles for part in state.model.parts)
        target = int(count * min(0.9, 0.85 * limits.file_kb / _kib(written)))
        state = whole.then(
            lambda model, most=target: one_material(
                model, target=max(most, 64), texture_px=limits.texture_px, least_px=0
            )
        ).grounded(limits)
    state, written = _smaller_textures(state, limits, format_name=format_name, stem=stem)
    for role in ("emissive", "normal"):
        if fits(written):
            break
        state = state.then(lambda model, role=role: drop_map(model, role))
        state, written = _smaller_textures(state, limits, format_name=format_name, stem=stem)
    return state, written


def _smaller_textures(
    state: _State, limits: FitLimits, *, format_name: str, stem: str
) -> tuple[_State, Written]:
    """Write the model with the largest textures that keep the file within its limit."""
    written = _write(state.model, format_name, stem)
    smaller = state
    for quality, side, normals in _SIZE_ROUNDS:
        if limits.file_kb is None or _kib(written) <= limits.file_kb:
            break
        rules = _harder(limits, quality=quality, side=side, normals=normals)
        smaller = state.then(lambda model, rules=rules: recode(model, rules))
        written = _write(smaller.model, format_name, stem)
    return smaller, written


def _harder(limits: FitLimits, *, quality: int, side: int | None, normals: bool) -> PictureRules:
    """Return rules for smaller textures."""
    most = limits.texture_px
    longest = most if side is None else min(side, most or side)
    return PictureRules(
        longest_px=longest,
        media_types=limits.texture_kinds or (JPEG, PNG),
        power_of_two=limits.power_of_two,
        jpeg_quality=quality,
        recodes=True,
        lossy_normals=normals,
    )


def _write(model: Model, format_name: str, stem: str) -> Written:
    """Write a model under a name."""
    named = rename_model(model, name=stem, naming=Naming())
    return load_format(format_name).write(named)


def _kib(written: Written) -> float:
    """Return the size of all files."""
    return sum(len(file.data) for file in written.files) / 1024


def _known(reread: Opened, opened: Opened, size: Size | None) -> FileFacts:
    """Add what we know of a file because we wrote it."""
    stated = True if size is not None else opened.file.stated_size
    return replace(
        reread.file,
        uv_sets=reread.file.uv_sets if reread.file.uv_sets is not None else 1,
        morph_targets=reread.file.morph_targets or 0,
        stated_size=stated,
    )


def _with_bytes(
    changes: tuple[Change, ...], first: Inspection, last: Inspection
) -> tuple[Change, ...]:
    """Add what the whole came to."""
    (a, b) = first.file, last.file
    total = (
        Change(what="format", before=a.format, after=b.format),
        Change(
            what="file size",
            before=f"{a.num_bytes / 1024:,.0f} KiB",
            after=f"{b.num_bytes / 1024:,.0f} KiB",
        ),
        Change(
            what="vertices", before=f"{first.model.vertices:,}", after=f"{last.model.vertices:,}"
        ),
    )
    return (*changes, *(change for change in total if change.before != change.after))


def _unfixed(after: ProfileResult) -> tuple[Unfixed, ...]:
    """Say what is still broken, and why."""
    return tuple(
        Unfixed(
            what=one.what,
            level=one.rule.level.value,
            measured=say_value(one.measured),
            wanted=one.rule.limit,
            reason=CANNOT.get(
                one.rule.measure, "What can be done was done; more would spoil the object."
            ),
        )
        for one in broken(after)
    )
