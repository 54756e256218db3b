"""What the schema says of answers that are no success, and of ids in paths."""

from typing import Annotated

from fastapi import Path

from bozzetto.wire.problems import PROBLEM_MEDIA_TYPE

_ID_PATTERN = r"^[a-z]{3}_[0-9a-f]{24}$"
ProjectId = Annotated[str, Path(pattern=_ID_PATTERN)]
PhotoId = Annotated[str, Path(pattern=_ID_PATTERN)]
JobId = Annotated[str, Path(pattern=_ID_PATTERN)]
ResultId = Annotated[str, Path(pattern=_ID_PATTERN)]
TokenId = Annotated[str, Path(pattern=_ID_PATTERN)]
FileHash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]

PROBLEMS: dict[int | str, dict[str, object]] = {
    "4XX": {
        "description": "What was wrong, and what to do about it.",
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
