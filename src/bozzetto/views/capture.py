"""All photographs of one object, known by id, with their pixels decoded only when asked for.

A `Capture` is small whatever the number of photos. Pixels come from its `PhotoSource` at the size
asked for, and whoever asked drops them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar, runtime_checkable

from bozzetto.errors import InputError
from bozzetto.views.foreground import Foreground, Side
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo
from bozzetto.views.scaling import shrunk, size_within

Pixels = TypeVar("Pixels", Photo, Mask, Foreground)


@dataclass(frozen=True, kw_only=True)
class CapturedPhoto:
    """What is known of a photograph without decoding its pixels."""

    id: str
    """SHA-256 of the file's bytes, lower-case hex."""
    name: str
    """The file's name, for messages and reports."""
    width: int
    """Columns, upright."""
    height: int
    """Rows, upright."""
    focal_px: float | None = None
    """Focal length in pixels of the full-size picture, from EXIF; None where it is not known."""
    camera: str = ""
    """Make, model and lens; photos with one text share intrinsics. Empty where it is not known."""
    side: Side | None = None
    """Which side of the object is seen, as a person said; None leaves it to the engine."""

    def __post_init__(self) -> None:
        """Refuse photos without a size."""
        if self.width < 1 or self.height < 1:
            raise ValueError(f"A photo has at least one pixel, got {self.width} x {self.height}.")


@runtime_checkable
class PhotoSource(Protocol):
    """Gives pixels by photo id, at most `longest_px` on the longer side; None is the full size.

    The same id and size give the same pixels. Every method raises LookupError for an unknown id.
    """

    def photo(self, photo_id: str, *, longest_px: int | None = None) -> Photo:
        """Decode a photograph."""
        ...

    def mask(self, photo_id: str, *, longest_px: int | None = None) -> Mask:
        """Return a photo's mask; LookupError where it has none."""
        ...

    def foreground(self, photo_id: str, *, longest_px: int | None = None) -> Foreground:
        """Return the object cut out of a photo; LookupError where the photo has no mask."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Capture:
    """The photographs of one object and where their pixels come from."""

    photos: tuple[CapturedPhoto, ...]
    """In the order that the user gave."""
    source: PhotoSource

    def __post_init__(self) -> None:
        """Refuse the same photograph twice.

        Raises:
            InputError: Two photos have the same bytes.
        """
        names: dict[str, str] = {}
        for photo in self.photos:
            if photo.id in names:
                raise InputError(
                    f"{names[photo.id]} and {photo.name} are the same photo.",
                    advice="Give each photo once.",
                )
            names[photo.id] = photo.name

    def __getitem__(self, photo_id: str) -> CapturedPhoto:
        """Return what is known of a photo.

        Raises:
            LookupError: No photo has this id.
        """
        for photo in self.photos:
            if photo.id == photo_id:
                return photo
        raise LookupError(f"The capture has no photo {photo_id[:12]}.")

    @property
    def ids(self) -> tuple[str, ...]:
        """The photos' ids, in their order."""
        return tuple(photo.id for photo in self.photos)

    def photo(self, photo_id: str, *, longest_px: int | None = None) -> Photo:
        """Decode a photograph at the size asked for; see `PhotoSource`."""
        return self.source.photo(self[photo_id].id, longest_px=longest_px)

    def mask(self, photo_id: str, *, longest_px: int | None = None) -> Mask:
        """Return a photo's mask at the size asked for; see `PhotoSource`."""
        return self.source.mask(self[photo_id].id, longest_px=longest_px)

    def foreground(self, photo_id: str, *, longest_px: int | None = None) -> Foreground:
        """Return the object cut out of a photo at the size asked for; see `PhotoSource`."""
        side = self[photo_id].side
        found = self.source.foreground(photo_id, longest_px=longest_px)
        return found if found.side is side else replace(found, side=side)

    def first(self, count: int) -> "Capture":
        """Return the capture of the first photos only."""
        return replace(self, photos=self.photos[:count])

    def with_sides(self, sides: Sequence[Side | None]) -> "Capture":
        """Return the same photos with what a person said of their sides.

        Args:
            sides: One for each photo.
        """
        named = zip(self.photos, sides, strict=True)
        return replace(self, photos=tuple(replace(photo, side=side) for photo, side in named))


def capture_of(
    photos: Sequence[Photo],
    *,
    masks: Sequence[Mask] = (),
    foregrounds: Sequence[Foreground] = (),
) -> Capture:
    """Make a capture of photographs that are in memory already.

    Args:
        photos: Full size.
        masks: None, or one for each photo.
        foregrounds: None, or one for each photo.
    """
    source = _MemorySource(
        photos={photo.sha256: photo for photo in photos},
        masks=dict(zip((photo.sha256 for photo in photos), masks, strict=True)) if masks else {},
        foregrounds={foreground.sha256: foreground for foreground in foregrounds},
    )
    sides = {foreground.sha256: foreground.side for foreground in foregrounds}
    known = tuple(
        CapturedPhoto(
            id=photo.sha256,
            name=photo.name,
            width=photo.width,
            height=photo.height,
            focal_px=photo.focal_px,
            camera=photo.camera,
            side=sides.get(photo.sha256),
        )
        for photo in photos
    )
    return Capture(photos=known, source=source)


def capture_of_foregrounds(foregrounds: Sequence[Foreground]) -> Capture:
    """Make a capture of cut-outs in memory; a cut-out stands for its photo and mask too."""
    photos = [
        Photo(
            name=foreground.name,
            sha256=foreground.sha256,
            linear_rgb=foreground.linear_rgb,
            alpha=foreground.alpha,
            focal_px=foreground.focal_px,
        )
        for foreground in foregrounds
    ]
    masks = [Mask(alpha=foreground.alpha, source="foreground") for foreground in foregrounds]
    return capture_of(photos, masks=masks, foregrounds=foregrounds)


def smaller_photo(photo: Photo, *, longest_px: int | None) -> Photo:
    """Return a photo whose longer side is at most `longest_px`; the same one where it fits."""
    width, _ = size_within(photo.width, photo.height, longest_px=longest_px)
    if max(photo.width, photo.height) <= (longest_px or max(photo.width, photo.height)):
        return photo
    focal_px = None if photo.focal_px is None else photo.focal_px * width / photo.width
    return replace(
        photo,
        linear_rgb=shrunk(photo.linear_rgb, longest_px=longest_px),
        alpha=None if photo.alpha is None else shrunk(photo.alpha, longest_px=longest_px),
        focal_px=focal_px,
    )


def smaller_mask(mask: Mask, *, longest_px: int | None) -> Mask:
    """Return a mask whose longer side is at most `longest_px`; the same one where it fits."""
    alpha = shrunk(mask.alpha, longest_px=longest_px)
    return mask if alpha is mask.alpha else replace(mask, alpha=alpha.clip(0, 1))


def smaller_foreground(foreground: Foreground, *, longest_px: int | None) -> Foreground:
    """Return a cut-out whose longer side is at most `longest_px`; the same one where it fits."""
    alpha = shrunk(foreground.alpha, longest_px=longest_px)
    if alpha is foreground.alpha:
        return foreground
    scale = alpha.shape[1] / foreground.alpha.shape[1]
    return replace(
        foreground,
        linear_rgb=shrunk(foreground.linear_rgb, longest_px=longest_px),
        alpha=alpha.clip(0, 1),
        focal_px=None if foreground.focal_px is None else foreground.focal_px * scale,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _MemorySource:
    """A `PhotoSource` over values that are in memory."""

    photos: dict[str, Photo]
    masks: dict[str, Mask]
    foregrounds: dict[str, Foreground]

    def photo(self, photo_id: str, *, longest_px: int | None = None) -> Photo:
        """Return a photo; see `PhotoSource`."""
        return smaller_photo(_known(self.photos, photo_id, "photo"), longest_px=longest_px)

    def mask(self, photo_id: str, *, longest_px: int | None = None) -> Mask:
        """Return a mask; see `PhotoSource`."""
        return smaller_mask(_known(self.masks, photo_id, "mask of"), longest_px=longest_px)

    def foreground(self, photo_id: str, *, longest_px: int | None = None) -> Foreground:
        """Return a cut-out; see `PhotoSource`."""
        found = _known(self.foregrounds, photo_id, "cut-out of")
        return smaller_foreground(found, longest_px=longest_px)


def _known(values: dict[str, Pixels], photo_id: str, what: str) -> Pixels:
    """Return a value, or say what is missing."""
    if photo_id not in values:
        raise LookupError(f"There is no {what} {photo_id[:12]} in this capture.")
    return values[photo_id]
