"""What surrounds the objects of an FBX file: header, settings, definitions, takes."""

from collections import Counter

import numpy as np

from bozzetto.asset.model import Model
from bozzetto.formats.fbx.nodes import CREATION_TIME, FILE_ID, VERSION, FbxNode, group, node
from bozzetto.formats.fbx.write_objects import FbxObjects, prop, properties
from bozzetto.formats.fbx.write_rig import TICKS_PER_SECOND

_TIME_MODES = {24.0: 11, 25.0: 10, 30.0: 6, 48.0: 5, 50.0: 4, 60.0: 3, 100.0: 2, 120.0: 1}
_CUSTOM = 14


def head_and_foot(
    model: Model, objects: FbxObjects, *, creator: str, metres_per_unit: float
) -> tuple[tuple[FbxNode, ...], tuple[FbxNode, ...]]:
    """Return the records before and behind the objects and connections."""
    head = (
        _header(model, creator),
        node("FileId", FILE_ID),
        node("CreationTime", CREATION_TIME),
        node("Creator", creator),
        _settings(model, metres_per_unit),
        _documents(model),
        group("References"),
        _definitions(objects),
    )
    return head, (_takes(model),)


def _header(model: Model, creator: str) -> FbxNode:
    """Describe the file."""
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond")
    stamp = [node(n, v) for n, v in zip(names, (1970, 1, 1, 10, 0, 0, 0), strict=True)]
    comment = "\n".join(f"{key}={' '.join(value.split())}" for key, value in model.metadata)
    about = group(
        "MetaData",
        node("Version", 100),
        node("Title", model.name),
        node("Subject", ""),
        node("Author", ""),
        node("Keywords", ""),
        node("Revision", ""),
        node("Comment", comment),
    )
    return group(
        "FBXHeaderExtension",
        node("FBXHeaderVersion", 1003),
        node("FBXVersion", VERSION),
        node("EncryptionType", 0),
        group("CreationTimeStamp", node("Version", 1000), *stamp),
        node("Creator", creator),
        group(
            "SceneInfo",
            node("Type", "UserData"),
            node("Version", 100),
            about,
            properties(
                prop("Original|ApplicationName", "KString", "bozzetto"),
                prop("LastSaved|ApplicationName", "KString", "bozzetto"),
            ),
            values=("GlobalInfo\x00\x01SceneInfo", "UserData"),
        ),
    )


def _settings(model: Model, metres_per_unit: float) -> FbxNode:
    """Say axes, unit and frame rate."""
    rate = model.clips[0].frames_per_second if model.clips else 30.0
    mode = _TIME_MODES.get(rate, _CUSTOM)
    longest = max((clip.seconds for clip in model.clips), default=0.0)
    axes = (
        ("UpAxis", 1), ("UpAxisSign", 1), ("FrontAxis", 2), ("FrontAxisSign", 1),
        ("CoordAxis", 0), ("CoordAxisSign", 1), ("OriginalUpAxis", 1), ("OriginalUpAxisSign", 1),
    )  # fmt: skip
    unit = 100 * metres_per_unit
    return group(
        "GlobalSettings",
        node("Version", 1000),
        properties(
            *(prop(name, "int", value, second="Integer") for name, value in axes),
            prop("UnitScaleFactor", "double", unit, second="Number"),
            prop("OriginalUnitScaleFactor", "double", unit, second="Number"),
            prop("AmbientColor", "ColorRGB", 0.0, 0.0, 0.0, second="Color"),
            prop("DefaultCamera", "KString", "Producer Perspective"),
            prop("TimeMode", "enum", mode),
            prop("TimeSpanStart", "KTime", np.int64(0), second="Time"),
            prop(
                "TimeSpanStop",
                "KTime",
                np.int64(round(longest * TICKS_PER_SECOND)),
                second="Time",
            ),
            prop("CustomFrameRate", "double", rate if mode == _CUSTOM else -1.0, second="Number"),
        ),
    )


def _documents(model: Model) -> FbxNode:
    """Name the scene."""
    active = model.clips[0].name if model.clips else ""
    document = group(
        "Document",
        properties(
            prop("SourceObject", "object"),
            prop("ActiveAnimStackName", "KString", active),
        ),
        node("RootNode", np.int64(0)),
        values=(np.int64(1_000_000), "Scene", "Scene"),
    )
    return group("Documents", node("Count", 1), document)


def _definitions(objects: FbxObjects) -> FbxNode:
    """Count the objects of each kind."""
    counts = Counter(made.name for made in objects.objects)
    kinds = [group("ObjectType", node("Count", n), values=(kind,)) for kind, n in counts.items()]
    settings = group("ObjectType", node("Count", 1), values=("GlobalSettings",))
    total = len(objects.objects) + 1
    return group("Definitions", node("Version", 100), node("Count", total), settings, *kinds)


def _takes(model: Model) -> FbxNode:
    """List the clips in the older way, which some readers still look at."""
    takes = [
        group(
            "Take",
            node("FileName", f"{clip.name}.tak"),
            node("LocalTime", np.int64(0), _ticks(clip.seconds)),
            node("ReferenceTime", np.int64(0), _ticks(clip.seconds)),
            values=(clip.name,),
        )
        for clip in model.clips
    ]
    current = model.clips[0].name if model.clips else ""
    return group("Takes", node("Current", current), *takes)


def _ticks(seconds: float) -> np.int64:
    """Return FBX's unit of time."""
    return np.int64(round(seconds * TICKS_PER_SECOND))
