"""The table of kinds of jobs. A new kind is a file beside this one and a line here."""

from collections.abc import Mapping

from bozzetto.studio.kinds.base import JobKind
from bozzetto.studio.kinds.drafts import DRAFTS
from bozzetto.studio.kinds.exports import EXPORTS
from bozzetto.studio.kinds.masks import MASKS
from bozzetto.studio.kinds.refinements import REFINEMENTS
from bozzetto.studio.kinds.rigs import RIGS
from bozzetto.wire.base import Message

_ALL = (
    MASKS.erased(),
    DRAFTS.erased(),
    REFINEMENTS.erased(),
    RIGS.erased(),
    EXPORTS.erased(),
)
KINDS: Mapping[str, JobKind[Message]] = {kind.name: kind for kind in _ALL}
