"""Facts about a file that a model no longer shows: its format, its bytes, what the reader left out.

`None` stands for what was not looked for in that format.
"""

from dataclasses import dataclass

METRIC_FORMATS = ("glb", "gltf", "fbx", "usda", "usdc", "usdz", "3mf")
"""Formats that say what a unit is."""


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """What is true of a file as such."""

    name: str
    format: str
    """Lower case, as the suffix without its dot."""
    num_bytes: int
    """With the files that it refers to."""
    uv_sets: int | None = None
    """Most sets of texture coordinates on one mesh."""
    influences: int | None = None
    """Most joints that the file names per vertex; a multiple of 4 in glTF."""
    morph_targets: int | None = None
    extensions_required: tuple[str, ...] | None = None
    """Extensions without which a viewer must refuse the file."""
    stated_size: bool | None = None
    """Whether the file says that its size was set to a measured one."""

    @property
    def is_metric(self) -> bool:
        """Whether the format fixes the unit."""
        return self.format in METRIC_FORMATS

    @property
    def unit_note(self) -> str:
        """What a length in the file means."""
        if self.is_metric:
            return "metres, as the file says"
        return "unknown: the format has no unit; one unit is taken for a metre"
