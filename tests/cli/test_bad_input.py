"""Whatever a user gives, the answer is one sentence, exit code 2, and nothing half-written."""

import io
import json
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from bozzetto.cli.main import main
from tests.build import a_disc


def png_bytes(pixels, *, mode=None):
    buffer = io.BytesIO()
    Image.fromarray(pixels, mode=mode).save(buffer, format="PNG")
    return buffer.getvalue()


def a_cut_out(*, size=256, radius=90.0):
    """Bytes of a PNG that `make` can use: a coloured disc on transparency."""
    alpha = a_disc(height=size, width=size, radius=radius)
    rgb = np.random.default_rng(0).integers(60, 200, (size, size, 3), dtype=np.uint8)
    return png_bytes(np.dstack([rgb, (alpha * 255).astype(np.uint8)]))


def a_huge_png():
    """A PNG that says it has 20,000 x 20,000 pixels, 1.2 GB once decoded."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 20))
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def a_truncated_jpeg():
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, format="JPEG")
    return buffer.getvalue()[:9000]


def an_animated_gif():
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (200, 200), color) for color in ("red", "green", "blue")]
    frames[0].save(buffer, format="GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def nothing_to_see():
    grey = np.full((256, 256, 3), 128, np.uint8)
    return png_bytes(grey)


BAD_FILES = {
    "empty": (b"", "empty"),
    "truncated-jpeg": (a_truncated_jpeg(), "cut off"),
    "text-as-png": (b"Dear diary, today I made a cube.\n" * 40, "text"),
    "one-pixel": (png_bytes(np.zeros((1, 1, 3), np.uint8)), "128"),
    "huge": (a_huge_png(), "20000|20,000"),
    "all-transparent": (png_bytes(np.zeros((200, 200, 4), np.uint8)), "transparent"),
    "animated-gif": (an_animated_gif(), "animated"),
    "no-object": (nothing_to_see(), "object"),
}


def refused(capfd, arguments):
    """Run a command that must be refused, and return its sentence."""
    assert main([str(argument) for argument in arguments]) == 2
    captured = capfd.readouterr()
    assert "Traceback" not in captured.err + captured.out
    lines = [line for line in captured.err.splitlines() if line.startswith("bozzetto: ")]
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_photo_that_cannot_be_used_is_refused(name, tmp_path, capfd):
    data, words = BAD_FILES[name]
    photo = tmp_path / "photo.png"
    photo.write_bytes(data)
    sentence = refused(capfd, ["make", photo, "-o", tmp_path / "out"])
    assert any(word in sentence for word in words.split("|"))
    assert photo.read_bytes() == data
    assert not (tmp_path / "out" / "report.json").exists()


@pytest.mark.parametrize("command", ["make", "mask", "draft"])
def test_a_photo_that_is_not_there_leaves_no_folder(command, tmp_path, capfd):
    sentence = refused(capfd, [command, tmp_path / "none.png", "-o", tmp_path / "out"])
    assert "none.png" in sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["make", "mask", "draft", "advise"])
def test_no_photo_at_all_is_refused(command, capfd):
    assert "At least one photo" in refused(capfd, [command])


def test_a_folder_is_not_a_photo(tmp_path, capfd):
    assert "folder" in refused(capfd, ["make", tmp_path, "-o", tmp_path / "out"])


def test_a_photo_that_may_not_be_read_is_refused(tmp_path, capfd):
    photo = tmp_path / "secret.png"
    photo.write_bytes(a_cut_out())
    photo.chmod(0)
    if os.access(photo, os.R_OK):
        pytest.skip("This user may read everything.")
    assert "permission" in refused(capfd, ["make", photo, "-o", tmp_path / "out"])


def test_nan_in_exif_is_not_the_end(tmp_path, capfd):
    buffer = io.BytesIO()
    Image.open(io.BytesIO(a_cut_out())).save(buffer, format="PNG", exif=_broken_exif())
    photo = tmp_path / "photo.png"
    photo.write_bytes(buffer.getvalue())
    assert main(["mask", str(photo), "-o", str(tmp_path / "out")]) == 0
    assert "Traceback" not in capfd.readouterr().err


def _broken_exif():
    """EXIF whose focal length is 0/0 and whose orientation is 77."""
    exif = Image.Exif()
    exif[0x0112] = 77
    exif.get_ifd(0x8769)[0x920A] = (0, 0)
    return exif


@pytest.mark.parametrize(
    "options",
    [
        ["--variants", "0"],
        ["--variants", "99"],
        ["--seed", "-1"],
        ["--target-triangles", "3"],
        ["--engine", "marble"],
        ["--matting", "scissors"],
    ],
)
def test_an_option_out_of_range_is_refused(options, tmp_path, capfd):
    photo = tmp_path / "photo.png"
    photo.write_bytes(png_bytes(np.zeros((256, 256, 3), np.uint8)))
    sentence = refused(capfd, ["make", photo, "-o", tmp_path / "out", *options])
    assert options[1].lstrip("-") in sentence


def test_an_output_folder_with_other_files_is_refused(tmp_path, capfd):
    photo = tmp_path / "photo.png"
    photo.write_bytes(a_cut_out())
    (tmp_path / "thesis.tex").write_text("precious")
    assert "not a Bozzetto project" in refused(capfd, ["make", photo, "-o", tmp_path])
    assert {path.name for path in tmp_path.iterdir()} == {"photo.png", "thesis.tex"}


def test_another_photo_for_the_same_project_is_refused(tmp_path, capfd):
    for name, radius in (("a.png", 90.0), ("b.png", 70.0)):
        (tmp_path / name).write_bytes(a_cut_out(radius=radius))
    assert main(["mask", str(tmp_path / "a.png"), "-o", str(tmp_path / "out")]) == 0
    capfd.readouterr()
    sentence = refused(capfd, ["mask", tmp_path / "b.png", "-o", tmp_path / "out"])
    assert "other photos" in sentence


@pytest.mark.parametrize("command", [["approve", "{}", "1"], ["refine", "{}"]])
def test_a_folder_that_is_no_project_is_refused(command, tmp_path, capfd):
    arguments = [part.format(tmp_path) for part in command]
    assert "not a Bozzetto project" in refused(capfd, arguments)


def test_refining_before_approving_is_refused(tmp_path, capfd):
    photo = tmp_path / "photo.png"
    photo.write_bytes(a_cut_out())
    assert main(["mask", str(photo), "-o", str(tmp_path / "out")]) == 0
    capfd.readouterr()
    assert "no drafts yet" in refused(capfd, ["refine", tmp_path / "out"])


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", '{"version": 99}', "null", '{"strokes": [{"kind": "dig"}]}']
)
def test_strokes_that_are_none_are_refused(text, tmp_path, capfd):
    photo, strokes = tmp_path / "photo.png", tmp_path / "strokes.json"
    photo.write_bytes(a_cut_out())
    strokes.write_text(text)
    refused(capfd, ["mask", photo, "--strokes", strokes, "-o", tmp_path / "out"])


def test_a_mask_of_another_size_is_refused(tmp_path, capfd):
    photo, mask = tmp_path / "photo.png", tmp_path / "mask.png"
    photo.write_bytes(a_cut_out())
    mask.write_bytes(png_bytes(np.full((300, 150), 255, np.uint8)))
    refused(capfd, ["make", photo, "--mask", mask, "-o", tmp_path / "out"])
    assert not (tmp_path / "out").exists()


def test_an_asset_that_is_none_is_refused(tmp_path, capfd):
    for name in ("model.glb", "model.obj", "model.ply", "model.stl", "model.xyz"):
        path = tmp_path / name
        path.write_bytes(b"no model at all")
        assert name in refused(capfd, ["inspect", path])


def test_a_machine_gets_the_error_as_json(tmp_path, capfd):
    assert main(["make", str(tmp_path / "none.png"), "--json"]) == 2
    failure = json.loads(capfd.readouterr().out)
    assert failure["error"] == "PhotoError"
    assert "none.png" in failure["message"]


def test_a_fault_of_the_program_shows_no_traceback(tmp_path, capfd, monkeypatch):
    from bozzetto.cli import doctor

    monkeypatch.setenv("TMPDIR", str(tmp_path))

    def stumble():
        raise ZeroDivisionError("nobody expects this")

    monkeypatch.setattr(doctor, "diagnose", stumble)
    assert main(["doctor"]) == 3
    err = capfd.readouterr().err
    assert "Traceback" not in err
    assert "nobody expects this" in err


def test_an_unknown_command_exits_with_two():
    done = subprocess.run(
        [sys.executable, "-m", "bozzetto.cli.main", "sculpt"], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
