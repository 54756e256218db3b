"""Write and read glTF 2.0 as separate files: a JSON document, a buffer, pictures beside."""

import json

from bozzetto.asset.model import Model
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.gltf.container import BinaryWriter, GlbContent
from bozzetto.formats.gltf.document import gltf_document, read_gltf_model
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.names import slug
from bozzetto.formats.pictures.picture_files import picture_files


def write_gltf(model: Model) -> Written:
    """Encode a model as `name.gltf`, `name.bin` and its pictures.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="glTF")
    name = slug(model.name)
    pictures = picture_files(model.pictures)
    writer = BinaryWriter()
    uris = {key: file.name for key, file in pictures.items()}
    document = gltf_document(model, writer=writer, uris=uris) | {
        "accessors": writer.accessors,
        "bufferViews": writer.views,
        "buffers": [{"byteLength": writer.length, "uri": f"{name}.bin"}],
    }
    text = json.dumps(document, indent=1, allow_nan=False).encode() + b"\n"
    files = (
        NamedFile(name=f"{name}.gltf", data=text),
        NamedFile(name=f"{name}.bin", data=b"".join(writer.chunks)),
        *pictures.values(),
    )
    return Written(main=f"{name}.gltf", files=files)


def read_gltf(source: Source) -> Reading:
    """Decode a document and the files that it names.

    Raises:
        FormatError: It is damaged, or a buffer is missing.
    """
    document = JsonNode.parse(source.data, path=source.name)
    return read_gltf_model(GlbContent(document=document, neighbours=source.neighbours))


class GltfFormat:
    """Separate glTF files as the registry knows them."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        return FormatCard(
            name="gltf",
            suffix=".gltf",
            media_type="model/gltf+json",
            summary="glTF 2.0 as separate files: text, buffer and pictures, easy to edit.",
        )

    def write(self, model: Model) -> Written:
        """Encode as it is, without compression."""
        return write_gltf(model)

    def read(self, source: Source) -> Reading:
        """Decode any glTF."""
        return read_gltf(source)


def build() -> Format:
    """Make the format for the registry."""
    return GltfFormat()
