import pytest

from bozzetto.errors import ResourceError, UnknownNameError
from bozzetto.qa.rendering import registry
from bozzetto.qa.rendering.registry import (
    ENVIRONMENT_VARIABLE,
    FALLBACK,
    choose_renderer,
    load_renderer,
    renderer_names,
)

BROKEN = {"filament": "no.such.module:build", "raycast": registry.BUILT_IN["raycast"]}


@pytest.fixture(autouse=True)
def no_preference(monkeypatch):
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


def test_the_fallback_is_last():
    assert renderer_names()[-1] == FALLBACK


def test_the_fallback_needs_no_trial(monkeypatch):
    monkeypatch.setattr(registry, "run_isolated", None)
    renderer, findings = choose_renderer("raycast")
    assert (renderer.name, findings) == ("raycast", ())


def test_the_environment_variable_chooses_where_the_caller_does_not(monkeypatch):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "raycast")
    assert choose_renderer()[0].name == "raycast"
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "crayon")
    assert choose_renderer("raycast")[0].name == "raycast"
    with pytest.raises(UnknownNameError, match="crayon"):
        choose_renderer()


@pytest.mark.parametrize("preferred", [None, "filament"])
def test_a_driver_that_dies_in_the_trial_is_replaced_and_reported(monkeypatch, preferred):
    def dies(function, argument, *, limits):
        raise ResourceError("bozzetto.qa.rendering.registry.probe died with code -11.")

    monkeypatch.setattr(registry, "run_isolated", dies)
    renderer, (finding,) = choose_renderer(preferred)
    assert renderer.name == "raycast"
    assert finding.code == "render.filament.unavailable"
    assert "died with code -11" in finding.message


def test_a_renderer_that_passes_the_trial_but_fails_here_is_replaced(monkeypatch):
    monkeypatch.setattr(registry, "run_isolated", lambda function, argument, *, limits: True)
    monkeypatch.setattr(registry, "BUILT_IN", BROKEN)
    renderer, (finding,) = choose_renderer()
    assert renderer.name == "raycast"
    assert "could not start" in finding.message


def test_the_trial_really_runs_elsewhere(monkeypatch):
    """Without any EGL driver to be found, the child fails and this process goes on."""
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json")
    renderer, findings = choose_renderer()
    assert renderer.name == "raycast"
    assert len(findings) == 1


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="filament, raycast"):
        choose_renderer("crayon")
    with pytest.raises(UnknownNameError, match="filament, raycast"):
        load_renderer("crayon")
