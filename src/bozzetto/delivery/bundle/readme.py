"""The README of a bundle: what the files are, where the asset comes from, and under which terms."""

from typing import TYPE_CHECKING

from bozzetto.delivery.provenance import Making, Provenance

if TYPE_CHECKING:
    from bozzetto.delivery.bundle.bundling import Bundle

_PURPOSES = {
    "glb": "engines, shops and the web",
    "glb-web": "web pages: smaller, for viewers with meshopt and WebP",
    "usdz": "AR on iPhone and iPad",
    "fbx": "Unity, Unreal, Maya, 3ds Max",
    "obj": "everything else; without skeleton",
}


def readme_text(bundle: "Bundle", provenance: Provenance) -> str:
    """Return the README as Markdown."""
    lines = [
        f"# {bundle.name}",
        "",
        f"Made by {provenance.generator}. Size: {bundle.size}.",
        "Frame: +y up, front +z, metres, origin at the bottom centre unless said otherwise.",
        "",
        "## Files",
        "",
        "| file | for | triangles | size | read back |",
        "|---|---|---|---|---|",
        *(
            f"| `{file.path}` | {_purpose(file.format, file.level)} | {file.triangles:,} "
            f"| {file.num_bytes / 1024:,.0f} KiB "
            f"| {'the same' if file.comparison.passed else 'DIFFERENT'} |"
            for file in bundle.files
        ),
        "",
        f"Pictures: {', '.join(f'`{name}`' for name in bundle.pictures)}.",
        "`SHA256SUMS` has the hashes of all files: `sha256sum -c SHA256SUMS`.",
        f"`{bundle.name}.provenance.json` has the whole record; GLB and USDZ carry it inside.",
        "",
        "## Where it comes from",
        "",
        *_origin(provenance),
        "",
        "## Terms",
        "",
        *_terms(provenance),
        "",
    ]
    return "\n".join(lines)


def _purpose(kind: str, level: int) -> str:
    """Say what a file is for."""
    return f"level of detail {level}" if level else _PURPOSES.get(kind, kind)


def _origin(provenance: Provenance) -> list[str]:
    """Say what it was made from."""
    making = provenance.making
    lines = [f"Source: `{provenance.source}`, SHA-256 `{provenance.source_sha256}`."]
    if making is None:
        return lines
    lines.extend(
        f"Photo: `{photo.name}`, SHA-256 `{photo.sha256}`, mask by {photo.mask_source} "
        f"(`{photo.mask_sha256[:16]}`)."
        for photo in making.photos
    )
    lines.append(
        f"Surface: {making.surface.observed:.0%} seen in photos, {making.surface.mirrored:.0%} "
        f"mirrored, {making.surface.inferred:.0%} inferred."
    )
    lines.append(
        f"Shape: engine {making.engine.name} {making.engine.version}, seed {making.seed}, variant "
        f"{making.approval.variant}, approved by {making.approval.approved_by} "
        f"at {making.approval.approved_at}."
    )
    return lines


def _terms(provenance: Provenance) -> list[str]:
    """Say which licences touch it."""
    lines = [f"Source: {provenance.rights or 'no terms stated; those of the photos apply.'}"]
    making: Making | None = provenance.making
    if making is not None:
        lines.extend(
            f"Network {weights.name}: {weights.licence}"
            + (f", SHA-256 `{weights.sha256[:16]}`." if weights.sha256 else ".")
            for weights in making.weights
        )
    return lines
