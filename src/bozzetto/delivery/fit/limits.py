"""Which limits of a profile a model breaks, gathered into what has to be done about them."""

from collections.abc import Iterable
from dataclasses import dataclass

from bozzetto.qa.profile import Profile, ProfileResult, RuleResult, Verdict

MERGING = (
    "materials",
    "texture_sets",
    "texture_maps_complete",
    "uv_overlap_share",
    "uv_mirrored_share",
)
"""Measures that one new material with a new layout puts right."""

CANNOT = {
    "size_is_measured": "Nobody but you knows the real size: give it with --size.",
    "base_luminance_darkest": "Brighter blacks would change what the object looks like.",
    "base_luminance_brightest": "Darker whites would change what the object looks like.",
    "grey_metal_share": "What is metal and what is not cannot be told from the file.",
    "texture_px_shortest": "Enlarging a texture adds no detail, only bytes.",
    "watertight": "Closing holes would invent surface: close them in a modelling program.",
    "manifold": "What was meant cannot be told: clean the surface in a modelling program.",
    "up_y_front_z": "Which way is front cannot be told from the shape: turn it with --front.",
    "joints": "Joints cannot be left out without changing how the figure moves.",
    "parts": "The parts cannot be joined without changing what can be moved.",
    "texel_density_max": "The texture is as sharp as its size and the object's allow.",
    "uv_padding": "The gap belongs to the layout: unwrap it again.",
}
"""Why a broken limit stays broken, by its measure."""


@dataclass(frozen=True, kw_only=True)
class FitLimits:
    """The limits of a profile that say what to do, the strictest of each kind."""

    triangles: int | None
    vertices: int | None
    part_triangles: int | None
    file_kb: float | None
    texture_px: int | None
    least_texture_px: int
    """0 where small textures are welcome."""
    texture_kinds: tuple[str, ...]
    power_of_two: bool
    clips: int | None
    clip_seconds: float | None
    alpha_modes: tuple[str, ...]
    vertex_colors: bool
    """Whether they may stay."""
    on_ground: bool
    """Whether the origin must be the bottom centre."""


def limits_of(profile: Profile) -> FitLimits:
    """Gather the strictest limits of a profile, soft ones as well."""

    def least(measure: str) -> float | None:
        values = [r.most for r in profile.rules if r.measure == measure and r.most is not None]
        return min(values, default=None)

    def words(measure: str) -> tuple[str, ...]:
        found = [r.among for r in profile.rules if r.measure == measure and r.among]
        return min(found, key=len, default=())

    return FitLimits(
        triangles=_whole(least("triangles")),
        vertices=_whole(least("vertices")),
        part_triangles=_whole(least("part_triangles")),
        file_kb=least("file_kb"),
        texture_px=_whole(least("texture_px_longest")),
        least_texture_px=max(
            (int(r.least) for r in profile.rules if "texture_px" in r.measure and r.least),
            default=0,
        ),
        texture_kinds=words("texture_kinds"),
        power_of_two=any(r.measure == "textures_power_of_two" for r in profile.rules),
        clips=_whole(least("clips")),
        clip_seconds=least("clip_seconds"),
        alpha_modes=words("alpha_modes"),
        vertex_colors=not any(r.measure == "vertex_colors" for r in profile.rules),
        on_ground=any(r.measure == "origin_bottom_centre" for r in profile.rules),
    )


def broken(result: ProfileResult) -> tuple[RuleResult, ...]:
    """Return all broken rules, hard and soft."""
    return tuple(one for one in result.results if one.verdict is Verdict.FAIL)


def breaks(result: ProfileResult, measures: Iterable[str]) -> tuple[RuleResult, ...]:
    """Return the broken rules of some measures."""
    wanted = set(measures)
    return tuple(one for one in broken(result) if one.rule.measure in wanted)


def _whole(value: float | None) -> int | None:
    """Return a limit as a whole number."""
    return None if value is None else int(value)
