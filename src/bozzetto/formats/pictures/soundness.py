"""Whether pictures can be decoded: their first bytes promise much that the rest may not hold."""

import warnings
from io import BytesIO

from PIL import Image

from bozzetto.formats.pictures.texture_images import MAX_SIDE_PX

_KTX2 = b"\xabKTX 20\xbb\r\n\x1a\n"
_KTX2_HEADER = 80


def is_sound(data: bytes) -> bool:
    """Tell whether a picture can be decoded to its last row.

    Of KTX2, which only graphics cards decode, the header is looked at; of pictures larger than
    `MAX_SIDE_PX`, which are never decoded, the size alone.
    """
    if data.startswith(_KTX2):
        return len(data) > _KTX2_HEADER
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of sizes, which are checked before any decoding.
            picture = Image.open(BytesIO(data))
            if max(picture.size) <= MAX_SIDE_PX:
                picture.load()
    except Exception:  # Damaged pictures make Pillow raise almost anything.
        return False
    return True
