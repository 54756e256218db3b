"""Profiles of shops and engines: how a written file stands against one, and variants that pass."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bozzetto.findings import Finding
from bozzetto.wire.results import ProfileVerdict, RuleVerdict
from bozzetto.wire.service import Choice

if TYPE_CHECKING:
    from bozzetto.delivery.fit.fitting import Change
    from bozzetto.delivery.sizing import Size
    from bozzetto.qa.profile import ProfileResult


def profiles() -> tuple[Choice, ...]:
    """List the profiles that files can be held against."""
    # Imported when asked for: the service starts without it.
    from bozzetto.qa.profile import load_profile, profile_names

    return tuple(Choice(name=name, summary=load_profile(name).title) for name in profile_names())


def check_profile(name: str) -> None:
    """Refuse a profile that there is not.

    Raises:
        UnknownNameError: There is none of that name.
    """
    from bozzetto.qa.profile import load_profile

    load_profile(name)


def look_at_file(path: Path, *, profile: str) -> ProfileVerdict:
    """Hold a written file against a profile."""
    from bozzetto.delivery.inspect.inspection import inspect_file

    return _verdict(inspect_file(path, profiles=(profile,)).profiles[0])


def fit(
    source: Path, *, profile: str, size: "Size | None", folder: Path
) -> tuple[ProfileVerdict, tuple[str, ...], tuple[Finding, ...]]:
    """Write a variant that passes a profile as far as can be.

    Returns:
        How it stands, the changes, and what reading and writing lost.

    Raises:
        InputError: The size cannot be given.
        FormatError: The profile's format cannot hold the model.
    """
    from bozzetto.delivery.fit.fitting import fit_file
    from bozzetto.formats.storing import store

    fitted = fit_file(source, profile=profile, size=size)
    store(fitted.written, folder=folder)
    return _verdict(fitted.fit.after), _changes(fitted.fit.changes), fitted.fit.findings


def _changes(changes: "Sequence[Change]") -> tuple[str, ...]:
    """Say what was changed, a line for each."""
    return tuple(f"{change.what}: {change.before} -> {change.after}" for change in changes)


def _verdict(result: "ProfileResult") -> ProfileVerdict:
    """Write a result as a message."""
    from bozzetto.delivery.inspect.page import say_value, source_of
    from bozzetto.qa.profile import Strictness, Verdict, load_profile

    passed = {Verdict.PASS: True, Verdict.FAIL: False}
    return ProfileVerdict(
        name=result.profile,
        title=load_profile(result.profile).title,
        accepted=result.accepted,
        rules=tuple(
            RuleVerdict(
                what=one.what,
                hard=one.rule.level is Strictness.HARD,
                passed=passed.get(one.verdict),
                measured=say_value(one.measured),
                wanted=one.rule.limit,
                source=source_of(one),
            )
            for one in result.results
        ),
    )
