"""Renew the pictures of the README from what `make demo` left in `out/`.

python tools/readme_pictures.py
"""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {
    "character.jpg": "out/character/sheet.png",
    "chair.jpg": "out/chair/sheet.png",
    "coffee.jpg": "out/coffee/sheet.png",
    "drafts.jpg": "out/drafts/drafts.png",
}
WIDTH_PX = 1400


def main() -> None:
    """Shrink every picture and save it beside the docs."""
    for name, source in SOURCES.items():
        path = ROOT / source
        if not path.exists():
            sys.exit(f"{source} is missing; run `make demo` first.")
        picture = Image.open(path).convert("RGB")
        height = round(picture.height * WIDTH_PX / picture.width)
        small = picture.resize((WIDTH_PX, height), Image.Resampling.LANCZOS)
        target = ROOT / "docs" / "pictures" / name
        target.parent.mkdir(exist_ok=True)
        small.save(target, quality=85, optimize=True)
        print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
