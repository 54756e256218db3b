"""Profiles: what a shop, viewer or engine asks of a file, each limit with its source.

A profile is a TOML file in `profiles/`; a rule names a measure of `profile_measures` and a limit:
`most`, `least`, `equals` or `among`. Hard rules mean rejection, soft ones advice.
"""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import cast

from bozzetto.errors import UnknownNameError
from bozzetto.qa.file_facts import FileFacts
from bozzetto.qa.model_facts import ModelFacts
from bozzetto.qa.profile_measures import BROKEN_TEXTURES, MEASURES, Value

_FOLDER = files("bozzetto.qa").joinpath("profiles")


class Strictness(StrEnum):
    """What happens to a file that breaks a rule."""

    HARD = "hard"
    """It is refused."""
    SOFT = "soft"
    """It is taken, and works less well."""


class Verdict(StrEnum):
    """How a rule came out."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """What the rule needs could not be measured, or the file does not say it."""


@dataclass(frozen=True, kw_only=True)
class ProfileRule:
    """One limit; exactly one of `most`, `least`, `equals` and `among` is set."""

    measure: str
    """A name in `profile_measures.MEASURES`."""
    level: Strictness
    source: str
    """Where the limit stands."""
    read_on: datetime.date
    """When it was read there."""
    most: float | None = None
    least: float | None = None
    equals: bool | None = None
    among: tuple[str, ...] = ()
    note: str = ""
    """What else is known, as where two pages of one vendor disagree."""

    @property
    def limit(self) -> str:
        """The limit in words, as in `at most 100000`."""
        if self.most is not None:
            return f"at most {self.most:g}"
        if self.least is not None:
            return f"at least {self.least:g}"
        if self.equals is not None:
            return "yes" if self.equals else "no"
        return f"one of {', '.join(self.among)}"


_UNDAMAGED = ProfileRule(
    measure=BROKEN_TEXTURES,
    level=Strictness.HARD,
    source="glTF 2.0, section 3.8.3: images must be valid",
    read_on=datetime.date(2026, 11, 30),
    most=0.0,
)
"""What no shop says, since no viewer shows such a file."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one shop, viewer or engine asks for."""

    name: str
    title: str
    summary: str
    """One sentence."""
    export_as: str
    """Name of the format that `fit` writes."""
    rules: tuple[ProfileRule, ...]


@dataclass(frozen=True, kw_only=True)
class RuleResult:
    """How one rule came out."""

    rule: ProfileRule
    verdict: Verdict
    measured: Value
    """None where it could not be measured."""
    what: str
    """What was measured, in a few words with its unit."""


@dataclass(frozen=True, kw_only=True)
class ProfileResult:
    """How a file stands against a profile."""

    profile: str
    results: tuple[RuleResult, ...]

    @property
    def accepted(self) -> bool:
        """Whether no hard rule is broken."""
        return not self.broken(Strictness.HARD)

    @property
    def perfect(self) -> bool:
        """Whether no rule is broken at all."""
        return not self.broken(Strictness.HARD) and not self.broken(Strictness.SOFT)

    def broken(self, level: Strictness) -> tuple[RuleResult, ...]:
        """Return the broken rules of a level."""
        return tuple(
            result
            for result in self.results
            if result.verdict is Verdict.FAIL and result.rule.level is level
        )


def profile_names() -> tuple[str, ...]:
    """List the names of all profiles."""
    return tuple(sorted(p.name.removesuffix(".toml") for p in _FOLDER.iterdir()))


@cache
def load_profile(name: str) -> Profile:
    """Read a profile.

    Raises:
        UnknownNameError: There is none of that name.
    """
    if name not in profile_names():
        raise UnknownNameError(
            f"There is no profile called {name!r}.",
            advice=f"Choose one of: {', '.join(profile_names())}.",
        )
    text = _FOLDER.joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return parse_profile(text, name=name)


def parse_profile(text: str, *, name: str) -> Profile:
    """Read a profile from TOML.

    Raises:
        ValueError: It names an unknown measure or field, or a rule has no limit or several.
    """
    table = cast("Mapping[str, object]", tomllib.loads(text))
    rules = cast("list[Mapping[str, object]]", table["rules"])
    return Profile(
        name=name,
        title=str(table["title"]),
        summary=str(table["summary"]),
        export_as=str(table["export_as"]),
        rules=tuple(_rule(fields, where=f"{name}, rule {k}") for k, fields in enumerate(rules, 1)),
    )


def judge(profile: Profile, model: ModelFacts, file: FileFacts) -> ProfileResult:
    """Hold a file against a profile, rule by rule; textures that are damaged break any profile."""
    results: list[RuleResult] = []
    is_damaged = bool(MEASURES[BROKEN_TEXTURES].of(model, file))
    for rule in (*([_UNDAMAGED] if is_damaged else []), *profile.rules):
        measure = MEASURES[rule.measure]
        value = measure.of(model, file)
        verdict = Verdict.UNKNOWN
        if value is not None:
            verdict = Verdict.PASS if _holds(rule, value) else Verdict.FAIL
        results.append(RuleResult(rule=rule, verdict=verdict, measured=value, what=measure.what))
    return ProfileResult(profile=profile.name, results=tuple(results))


def _holds(rule: ProfileRule, value: Value) -> bool:
    """Tell whether a measured value is within a rule's limit."""
    if rule.among:
        words = value if isinstance(value, tuple) else (str(value),)
        return all(word in rule.among for word in words)
    if rule.equals is not None:
        return value is rule.equals
    if not isinstance(value, int | float):
        raise ValueError(f"The measure {rule.measure} is not a number.")
    if rule.most is not None:
        return value <= rule.most
    return rule.least is not None and value >= rule.least


def _rule(fields: Mapping[str, object], *, where: str) -> ProfileRule:
    """Read one rule."""
    given = dict(fields)
    limits = [key for key in ("most", "least", "equals", "among") if key in given]
    measure = str(given.pop("measure"))
    if len(limits) != 1:
        raise ValueError(f"{where}: exactly one limit was wanted, got {limits}.")
    if measure not in MEASURES:
        raise ValueError(f"{where}: there is no measure called {measure!r}.")
    read_on = given.pop("read_on")
    if not isinstance(read_on, datetime.date):
        raise ValueError(f"{where}: read_on must be a date.")
    rule = ProfileRule(
        measure=measure,
        level=Strictness(str(given.pop("level"))),
        source=str(given.pop("source")),
        read_on=read_on,
        most=_number(given.pop("most", None)),
        least=_number(given.pop("least", None)),
        equals=cast("bool | None", given.pop("equals", None)),
        among=tuple(cast("list[str]", given.pop("among", []))),
        note=str(given.pop("note", "")),
    )
    if given:
        raise ValueError(f"{where}: nobody knows {', '.join(given)}.")
    return rule


def _number(value: object) -> float | None:
    """Return a number as such."""
    return float(value) if isinstance(value, int | float) else None
