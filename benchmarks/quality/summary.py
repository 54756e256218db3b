"""Tables of the results: medians and means per category and method."""

import statistics
from collections.abc import Sequence

from benchmarks.quality.objects import CATEGORIES
from benchmarks.quality.rows import Row

_COLUMNS = (
    ("cd_mean@so3+icp", "CD"),
    ("f0.1@so3+icp", "F@.1"),
    ("f0.2@so3+icp", "F@.2"),
    ("f0.5@so3+icp", "F@.5"),
    ("normal_error_deg@so3+icp", "n err"),
    ("cd_mean@none", "CD none"),
    ("f0.1@none", "F@.1 none"),
    ("iou_aligned", "IoU"),
    ("iou_view", "IoU view"),
    ("silhouette_iou", "silh."),
    ("f0.1@visible", "F@.1 vis"),
    ("f0.1@hidden", "F@.1 hid"),
    ("cd_mean@hidden", "CD hid"),
    ("color_psnr", "PSNR"),
    ("color_ssim", "SSIM"),
    ("color_psnr_overlap", "PSNR ov."),
    ("color_mobilenet", "MNv2"),
    ("camera_elevation_deg", "elev."),
    ("camera_up_deg", "up"),
    ("camera_fov_deg", "fov"),
    ("seconds", "s"),
)


_IDENTITY = ("object", "category", "view", "method", "weights", "commit")


def table(rows: Sequence[Row]) -> str:
    """Lay out medians and means, for all objects and for each category, method by method."""
    known = rows[0] if rows else {}
    columns = [(name, title) for name, title in _COLUMNS if name in known]
    if len(columns) < len(_COLUMNS):  # Seeds or sides: few enough to show them all.
        columns = [(n, n.replace("@so3+icp", "")) for n in known if n not in _IDENTITY]
    lines: list[str] = []
    for statistic in ("median", "mean"):
        lines += [
            "",
            f"{statistic}s",
            _line("category", "method", [(t, t) for _, t in columns], count="n"),
        ]
        for category in ("all", *CATEGORIES, "other"):
            lines += _category(rows, category, columns, statistic=statistic)
    return "\n".join(lines[1:])


def _category(
    rows: Sequence[Row], category: str, columns: list[tuple[str, str]], *, statistic: str
) -> list[str]:
    """Lay out one category."""
    lines: list[str] = []
    inside = [row for row in rows if category in ("all", row["category"])]
    for method in dict.fromkeys((str(row["method"]), str(row["weights"])) for row in inside):
        group = [r for r in inside if (str(r["method"]), str(r["weights"])) == method]
        figures = [
            (f"{_reduce(group, name, statistic=statistic):.3f}", title) for name, title in columns
        ]
        label = f"{method[0]} {method[1][:6]}".strip()
        lines.append(_line(category, label, figures, count=str(len(group))))
    return lines


def _reduce(rows: Sequence[Row], name: str, *, statistic: str) -> float:
    """Return the median or the mean of what is a number."""
    values = [value for row in rows if (value := float(row[name])) == value]
    if not values:
        return float("nan")
    return statistics.median(values) if statistic == "median" else statistics.fmean(values)


def _line(category: str, method: str, figures: Sequence[tuple[str, str]], *, count: str) -> str:
    """Lay out one line."""
    cells = " ".join(f"{one:>{max(9, len(title))}}" for one, title in figures)
    return f"{category:10} {method:18} {count:>4} {cells}"
