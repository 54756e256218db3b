"""What is installed with the program is permissive, or NOTICE says what it is."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTICE = (ROOT / "NOTICE").read_text("utf-8")
PERMISSIVE = re.compile(r"\b(MIT|MIT-CMU|BSD|Apache|PSF|HPND|ISC|0BSD|Zlib)\b", re.IGNORECASE)
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|MPL|Mozilla|Lesser|GNU|TOST)", re.IGNORECASE)
BUNDLED = re.compile(
    r"lib(avcodec|avformat|avutil|swscale|swresample|heif|de265|x265|x264|gmp|mpfr|gomp|gfortran"
    r"|quadmath|freeimage|raw|mp3lame|fribidi)\b"
)
"""Libraries under copyleft that wheels are known to hold, by the names of their files."""
STUDIO = ("certifi", "psycopg", "psycopg-binary")

NO_STATEMENT = {
    # Their metadata say nothing that can be read; the texts in their wheels do.
    "embreex": "BSD-2-Clause",
    "pyquadriflow": "MIT",
}


def locked_names():
    """Return the distributions of the default install."""
    text = (ROOT / "requirements" / "default.lock").read_text("utf-8")
    return re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)


def installed(name):
    try:
        return distribution(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed on this platform.")


def licence_of(name):
    """Return what a distribution says of its licence."""
    metadata = installed(name).metadata
    classifiers = [c for c in metadata.get_all("Classifier", []) if c.startswith("License")]
    first_line = next(iter((metadata.get("License") or "").strip().splitlines()), "")
    return " ".join([metadata.get("License-Expression") or "", first_line, *classifiers])


def is_named(name):
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", NOTICE, re.IGNORECASE) is not None


@pytest.mark.parametrize("name", [*locked_names(), *STUDIO])
def test_what_does_not_call_itself_permissive_is_named_in_the_notice(name):
    licence = licence_of(name)
    if not PERMISSIVE.search(licence) or COPYLEFT.search(licence):
        assert is_named(name) or name in NO_STATEMENT, f"{name}: {licence!r}"


@pytest.mark.parametrize("name", locked_names())
def test_libraries_under_copyleft_inside_a_wheel_are_named_in_the_notice(name):
    files = [path.name for path in installed(name).files or ()]
    found = sorted({match[0] for file in files if (match := BUNDLED.match(file))})
    if found:
        assert is_named(name), f"{name} holds {', '.join(found)}"
        assert [part for part in found if part not in NOTICE] == []


def test_the_check_would_find_a_library_that_nobody_named():
    assert BUNDLED.match("libx265-2abe824b.so.2.1")
    assert not is_named("libx265")
