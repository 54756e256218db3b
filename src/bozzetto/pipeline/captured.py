"""A capture over a store: photographs and masks decoded when they are asked for, and dropped again.

Whatever is decoded stays in the memo of the process for a while, so stages that follow one another
do not decode the same photograph again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bozzetto.capture.load import decode_photo, read_header
from bozzetto.findings import Finding
from bozzetto.matting.cut_out import cut_out
from bozzetto.pipeline.masking import Masked
from bozzetto.plans.memo import Memo
from bozzetto.plans.results import FileHandle, Handle
from bozzetto.views.capture import Capture, CapturedPhoto, smaller_mask
from bozzetto.views.foreground import Foreground, Side
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredPhotos:
    """Implements `PhotoSource` over handles."""

    files: dict[str, FileHandle]
    """By photo id."""
    masks: dict[str, Handle[Masked]]
    """By photo id; photos without a mask are missing."""
    memo: Memo

    def photo(self, photo_id: str, *, longest_px: int | None = None) -> Photo:
        """Decode a photograph."""
        file = self.files[photo_id]
        photo, _ = decoded(photo_id, file.name, file.read, memo=self.memo, longest_px=longest_px)
        return photo

    def mask(self, photo_id: str, *, longest_px: int | None = None) -> Mask:
        """Decode a mask."""
        return smaller_mask(self.masks[photo_id].load().mask, longest_px=longest_px)

    def foreground(self, photo_id: str, *, longest_px: int | None = None) -> Foreground:
        """Cut a photograph out."""
        return self.memo.get(
            ("foreground", photo_id, self.masks[photo_id].key, longest_px),
            lambda: cut_out(
                self.photo(photo_id, longest_px=longest_px),
                self.mask(photo_id, longest_px=longest_px),
            ),
        )


def decoded(
    sha256: str,
    name: str,
    data: bytes | Callable[[], bytes],
    *,
    memo: Memo,
    longest_px: int | None = None,
) -> tuple[Photo, tuple[Finding, ...]]:
    """Decode a photograph, or find it in the memo.

    Raises:
        PhotoError: The bytes are no photograph that can be used.
    """

    def decode() -> tuple[Photo, tuple[Finding, ...]]:
        content = data if isinstance(data, bytes) else data()
        return decode_photo(content, name=name, longest_px=longest_px)

    return memo.get(("photo", sha256, name, longest_px), decode)


def capture_from(
    photos: Sequence[FileHandle],
    masks: Sequence[Handle[Masked]],
    *,
    views: Sequence[Side | None] = (),
    memo: Memo,
) -> Capture:
    """Put photographs and their masks together; nothing is decoded yet but the files' headers.

    Args:
        photos: In order.
        masks: One for each photo.
        views: Which side each photo shows; empty where none is named.
        memo: Keeps what is decoded.
    """
    sides = views or (None,) * len(photos)
    return Capture(
        photos=tuple(
            _described(file, side=side, memo=memo) for file, side in zip(photos, sides, strict=True)
        ),
        source=StoredPhotos(
            files={file.sha256: file for file in photos},
            masks={file.sha256: mask for file, mask in zip(photos, masks, strict=True)},
            memo=memo,
        ),
    )


def _described(file: FileHandle, *, side: Side | None, memo: Memo) -> CapturedPhoto:
    """Say what is known of a photograph."""
    header = memo.get(
        ("header", file.sha256, file.name), lambda: read_header(file.read(), name=file.name)
    )
    return CapturedPhoto(
        id=file.sha256,
        name=file.name,
        width=header.width,
        height=header.height,
        focal_px=header.focal_px,
        camera=header.camera,
        side=side,
    )
