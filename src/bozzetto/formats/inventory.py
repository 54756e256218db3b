"""Account for everything that a reader meets in a file, so that nothing is lost in silence.

A file is a heap of named things: elements, attributes, extensions, properties, chunks. A reader
that takes what it knows and passes over the rest loses content, and nobody is told. So each reader

1. *meets* everything: a walk over the raw file that knows nothing of what the reader can do,
2. *uses* what becomes part of the model, at the place where that happens,
3. *settles*: what was met and not used falls under a rule, or is reported as not known.

A rule either says that a thing may be passed over without a word, and why, or how to report it.
Things are counted, so that a thing that was used here and passed over there is reported for there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bozzetto.findings import Severity
from bozzetto.formats.notes import Notes

Thing = tuple[str, str]
"""Kind and name, as in `("attribute", "TEXCOORD_1")`."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What becomes of a thing that the reader does not use."""

    kind: str
    """As met: one singular noun, such as `extension`."""
    name: str
    """As met; `*`, `?` and `[...]` stand for others, as in file names."""
    reason: str
    """Why it is passed over: a clause without full stop, as in `a model holds no cameras`."""
    severity: Severity | None = None
    """How much its loss matters; None where nothing is lost, so that nobody need be told."""
    code: str = ""
    """Of the finding; the format's name and the kind unless given."""
    fix: str = ""
    """What a person can do about it."""


@dataclass(kw_only=True)
class Inventory:
    """What a reader met in one file and what it used; lives only inside one read."""

    format: str
    """Starts the codes of findings, as in `gltf`."""
    notes: Notes
    rules: Sequence[Rule] = ()
    """The first that fits counts; what none fits is reported as not known."""
    met: Counter[Thing] = field(default_factory=Counter[Thing])
    used: Counter[Thing] = field(default_factory=Counter[Thing])

    def meet(self, kind: str, name: str, *, count: int = 1) -> None:
        """Note that the file has a thing, so many times."""
        self.met[kind, name] += count

    def use(self, kind: str, name: str, *, count: int | None = None) -> None:
        """Note that a thing became part of the model: so many times, or wherever it was met."""
        self.used[kind, name] += self.met[kind, name] if count is None else count

    def settle(self) -> None:
        """Turn all that was met and not used into findings, by the rules."""
        for (kind, name), count in self.met.items():
            left = count - self.used[kind, name]
            if left > 0:
                self._settle(kind, name, left)

    def _settle(self, kind: str, name: str, count: int) -> None:
        """Report one thing, unless a rule says that it may be passed over."""
        rule = next((r for r in self.rules if r.kind == kind and fnmatchcase(name, r.name)), None)
        if rule is None:
            self.notes.count(
                f"{self.format}.unknown",
                Severity.WARNING,
                f"The {kind} {name[:80]} is not known and is left out",
                count=count,
            )
        elif rule.severity is not None:
            self.notes.count(
                rule.code or f"{self.format}.{kind}",
                rule.severity,
                f"The {kind} {name[:80]} is left out: {rule.reason}",
                count=count,
                fix=rule.fix,
            )
