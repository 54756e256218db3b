"""Take a project's photographs in: cut the object out, and say what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bozzetto.findings import Finding
from bozzetto.matting.cut_out import cut_out
from bozzetto.pipeline.inputs import PhotoInput, load_inputs
from bozzetto.pipeline.options import MaskOptions
from bozzetto.pipeline.photo_to_asset import Masked, join_findings
from bozzetto.pipeline.stage import Outcome, Session, Timing
from bozzetto.pipeline.stored import advice_stage, mask_stage
from bozzetto.views.foreground import Foreground


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """The photographs of a project with their masks and advice."""

    inputs: tuple[PhotoInput, ...]
    masks: tuple[Outcome[Masked], ...]
    advice: tuple[Outcome[tuple[Finding, ...]], ...]
    foregrounds: Callable[[], tuple[Foreground, ...]]
    """Cut out when first asked for: a run that skips the later stages never needs them."""

    @property
    def mask_digests(self) -> tuple[str, ...]:
        """What the drafts depend on."""
        return tuple(outcome.digest for outcome in self.masks)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was noticed about the photographs."""
        given = [finding for photo in self.inputs for finding in photo.findings]
        advice = [finding for outcome in self.advice for finding in outcome.value]
        masks = [finding for outcome in self.masks for finding in outcome.value.findings]
        return (*given, *join_findings(advice, masks))

    @property
    def timings(self) -> tuple[Timing, ...]:
        """Of all stages so far."""
        return tuple(outcome.timing for outcome in (*self.masks, *self.advice))


def judge(session: Session, *, options: MaskOptions) -> Judged:
    """Take the photographs in, cut the object out, and say what is wrong with them."""
    inputs = load_inputs(session.project)
    masks = tuple(mask_stage(session, given, options=options) for given in inputs)
    advice = tuple(
        advice_stage(session, given, masked) for given, masked in zip(inputs, masks, strict=True)
    )

    @cache
    def foregrounds() -> tuple[Foreground, ...]:
        pairs = zip(inputs, masks, strict=True)
        return tuple(cut_out(given.photo, masked.value.mask) for given, masked in pairs)

    return Judged(inputs=inputs, masks=masks, advice=advice, foregrounds=foregrounds)
