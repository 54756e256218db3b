"""A page about a file: pictures, facts, findings and verdicts in one HTML file of its own."""

import base64
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from bozzetto.delivery.inspect.inspection import Inspection
from bozzetto.delivery.inspect.model_pictures import ModelPictures, draw_model
from bozzetto.delivery.open_model import open_model
from bozzetto.delivery.source_frame import AS_READ, SourceFrame
from bozzetto.qa.model_facts import MaterialFacts, ModelFacts
from bozzetto.qa.profile import ProfileResult, RuleResult
from bozzetto.qa.profile_measures import Value
from bozzetto.qa.rendering.registry import choose_renderer
from bozzetto.qa.topology import TopologyFacts
from bozzetto.store.disk import write_file

AnyPicture = UInt8[np.ndarray, "_ _ _"]
Cells = Sequence[str]

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#222428;background:#fafaf9;margin:2rem auto;
max-width:1320px;padding:0 1.5rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
p.quiet,td.quiet,figcaption{color:#6b6d72}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:14px}
.grid.small{grid-template-columns:repeat(auto-fill,minmax(160px,1fr))}
figure{margin:0}figure img{width:100%;display:block;border-radius:6px;background:#ededef}
figcaption{font-size:.85rem;margin-top:.3rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid #e3e3e5;
vertical-align:top}
th{font-weight:600}td.num{font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
.pass,.info{color:#2f7d55}.fail,.error{color:#b3372b;font-weight:600}
.unknown,.warning{color:#9a6a12}
"""


def render_page(inspection: Inspection, pictures: ModelPictures, *, drawn_by: str) -> str:
    """Return the page as HTML; pictures are inside, nothing is fetched from elsewhere."""
    model, file = inspection.model, inspection.file
    size = " x ".join(f"{side:.4g}" for side in model.size_m)
    sections = [
        f"<h1>{escape(file.name)}</h1>",
        f'<p class="quiet">{file.format}, {file.num_bytes / 1e6:.2f} MB, {size} m '
        f"({escape(file.unit_note)}), {model.triangles:,} triangles, {model.num_parts} parts, "
        f"{len(model.materials)} materials; drawn by {escape(drawn_by)}</p>",
        _pictures(pictures),
        *(_profile(result) for result in inspection.profiles),
        _findings(inspection),
        _shape(model),
        _parts(model),
        _materials(model),
        _textures(model, pictures),
        _motion(model),
    ]
    body = "\n".join(section for section in sections if section)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(file.name)}</title><style>{_STYLE}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def _pictures(pictures: ModelPictures) -> str:
    """Show the renders."""
    renders: list[tuple[str, AnyPicture]] = [
        ("with its materials", pictures.hero),
        ("form alone", pictures.clay),
        ("wireframe", pictures.wireframe),
    ]
    if pictures.checker is not None:
        renders.append(("checker: even squares are an even layout", pictures.checker))
    return _grid(renders) + "<h2>Six sides</h2>" + _grid(pictures.sides, small=True)


def _profile(result: ProfileResult) -> str:
    """Show how the file stands against a profile."""
    verdict = "accepted" if result.accepted else "refused"
    verdict = verdict if not result.perfect else "accepted, nothing to remark"
    sources = sources_of(result)
    rows = [
        (
            f'<span class="{r.verdict.value}">{r.verdict.value}</span>',
            escape(r.rule.level.value),
            escape(r.what),
            escape(say_value(r.measured)),
            escape(r.rule.limit),
            f"[{sources.index(source_of(r)) + 1}] {escape(r.rule.note)}",
        )
        for r in result.results
    ]
    head = ("", "kind", "what", "measured", "limit", "source")
    listed = "<br>".join(f"[{k}] {escape(source)}" for k, source in enumerate(sources, 1))
    title = f"<h2>Profile {escape(result.profile)}: {verdict}</h2>"
    return title + _table(head, rows) + f'<p class="quiet">{listed}</p>'


def sources_of(result: ProfileResult) -> list[str]:
    """Return the sources of a profile's rules, each once."""
    return list(dict.fromkeys(source_of(one) for one in result.results))


def source_of(result: RuleResult) -> str:
    """Return where a rule stands, and when it was read there."""
    return f"{result.rule.source}, read {result.rule.read_on}"


def _findings(inspection: Inspection) -> str:
    """Show what was noticed."""
    if not inspection.findings:
        return "<h2>Findings</h2><p>None.</p>"
    rows = [
        (
            f'<span class="{f.severity.value}">{f.severity.value}</span>',
            escape(f.message),
            escape(f.fix),
        )
        for f in inspection.findings
    ]
    return "<h2>Findings</h2>" + _table(("", "what", "what to do"), rows)


def _shape(model: ModelFacts) -> str:
    """Show the facts of the whole."""
    facts = model.topology
    if facts is None:
        return ""
    rows = [(escape(name), escape(value)) for name, value in shape_facts(facts)]
    return "<h2>Shape</h2>" + _table(("", ""), rows)


def shape_facts(facts: TopologyFacts) -> tuple[tuple[str, str], ...]:
    """Return the facts of a surface as names and words."""
    volume = "" if facts.volume_m3 is None else f"{facts.volume_m3:.4g} m³"
    return (
        ("vertices", f"{facts.vertices:,} ({facts.welded_vertices:,} distinct positions)"),
        ("triangles", f"{facts.triangles:,}, {facts.degenerate_triangles} without area"),
        ("watertight", f"{_yes(facts.watertight)}, {facts.border_edges} border edges"),
        ("manifold", _yes(facts.manifold)),
        ("genus", "unknown" if facts.genus is None else str(facts.genus)),
        (
            "pieces",
            f"{facts.pieces}, {facts.inverted_pieces} inside out, {facts.interior_shells} hidden",
        ),
        ("area, volume", f"{facts.area_m2:.4g} m² {volume}"),
    )


def _parts(model: ModelFacts) -> str:
    """Show the parts."""
    if len(model.parts) < 2:
        return ""
    rows = [
        (
            escape(part.name),
            escape(part.material),
            f"{part.triangles:,}",
            f"{part.vertices:,}",
            "" if part.topology is None else _yes(part.topology.watertight),
            ", ".join(
                word
                for word, there in (
                    ("normals", part.has_normals),
                    ("uvs", part.has_uvs),
                    ("tangents", part.has_tangents),
                    ("colours", part.has_colors),
                    ("skin", part.skinned),
                )
                if there
            ),
        )
        for part in model.parts[:200]
    ]
    head = ("part", "material", "triangles", "vertices", "watertight", "has")
    return "<h2>Parts</h2>" + _table(head, rows)


def _materials(model: ModelFacts) -> str:
    """Show the materials and their layouts."""
    head = (
        "material",
        "maps",
        "alpha",
        "charts",
        "used",
        "overlap",
        "gap, px",
        "stretch mean / p99",
        "px per m",
    )
    rows = [(*_material_words(material), *_layout_words(material)) for material in model.materials]
    return "<h2>Materials and layouts</h2>" + _table(head, rows)


def _material_words(material: MaterialFacts) -> tuple[str, str, str]:
    """Say what a material is."""
    alpha = material.alpha_mode.lower() + (", double-sided" if material.double_sided else "")
    return escape(material.name), escape(", ".join(material.maps) or "none"), alpha


def _layout_words(material: MaterialFacts) -> Cells:
    """Say what a layout is."""
    facts = material.uv
    if facts is None:
        return ("", "", "", "", "no layout", "")
    gap = "" if facts.padding_px is None else f"{facts.padding_px:.1f}"
    return (
        f"{facts.charts:,}",
        f"{facts.utilization:.0%}",
        f"{facts.overlap_share:.1%}",
        gap,
        f"{facts.stretch_mean:.2f} / {facts.stretch_p99:.2f}",
        f"{facts.texel_density_px_per_m:.0f}",
    )


def _textures(model: ModelFacts, pictures: ModelPictures) -> str:
    """Show textures and layouts."""
    shown = _grid(pictures.layouts, prefix="layout of ") if pictures.layouts else ""
    if pictures.textures:
        shown += "<h2>Textures</h2>" + _grid(pictures.textures, small=True)
    rows = [
        (
            escape(picture.name),
            escape(", ".join(picture.roles)),
            picture.media_type,
            f"{picture.width} x {picture.height}",
            f"{picture.num_bytes / 1024:.0f} KiB",
            ""
            if picture.luminance_range is None
            else f"{picture.luminance_range[0]:.0f} to {picture.luminance_range[1]:.0f}",
            escape(" ".join(picture.doubts)),
        )
        for picture in model.pictures
    ]
    head = ("texture", "used as", "kind", "size", "bytes", "luminance", "doubts")
    return shown + (_table(head, rows) if rows else "")


def _motion(model: ModelFacts) -> str:
    """Show skeleton and clips."""
    skin = model.skin
    if skin is None:
        return ""
    text = (
        f"<h2>Skeleton</h2><p>{skin.joints} joints ({skin.unused_joints} move nothing), "
        f"{skin.skinned_vertices:,} skinned vertices, at most {skin.max_influences} joints each, "
        f"{skin.zero_weight_vertices} without weight, sums within {skin.worst_sum_error:.1g}</p>"
    )
    rows = [
        (
            escape(clip.name),
            f"{clip.seconds:.2f} s",
            f"{clip.frames} at {clip.frames_per_second:g}",
            _yes(clip.loops),
            f"{clip.moving_joints}",
            f"{clip.root_travel_m:.3g} m",
        )
        for clip in model.clips
    ]
    head = ("clip", "length", "frames", "loops", "moving joints", "root travels")
    return text + (_table(head, rows) if rows else "")


def say_value(value: Value) -> str:
    """Say a measured value in words."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return _yes(value)
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, str) else f"{value:,.6g}"


def _grid(shown: Iterable[tuple[str, AnyPicture]], *, small: bool = False, prefix: str = "") -> str:
    """Lay pictures out."""
    figures = "".join(
        f'<figure><img alt="" src="{_data_url(picture)}"><figcaption>{prefix}{escape(label)}'
        "</figcaption></figure>"
        for label, picture in shown
    )
    return f'<div class="grid{" small" if small else ""}">{figures}</div>'


def _table(head: Cells, rows: Sequence[Cells]) -> str:
    """Write a table of HTML cells."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{top}</tr>{body}</table></div>'


def _data_url(picture: AnyPicture) -> str:
    """Put a picture into the page."""
    stream = BytesIO()
    Image.fromarray(picture).save(stream, "WEBP", quality=82, method=4)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode()


def _yes(value: bool) -> str:
    """Say a truth in a word."""
    return "yes" if value else "no"


def write_page(
    path: Path, inspection: Inspection, *, page: Path, frame: SourceFrame = AS_READ
) -> None:
    """Draw a file that was inspected, and write the page.

    Raises:
        InputError: The file is gone or has changed to something that cannot be read.
        ResourceError: The page cannot be written.
    """
    renderer, _ = choose_renderer()
    pictures = draw_model(open_model(path, frame=frame).model, renderer=renderer)
    html = render_page(inspection, pictures, drawn_by=renderer.name)
    write_file(page, html.encode("utf-8"))
