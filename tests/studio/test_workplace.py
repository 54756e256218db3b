"""Projects are put together by several processes at once, each for a project of its own."""

import hashlib
from pathlib import Path

from bozzetto.pipeline.project import open_project, read_manifest
from bozzetto.studio.blobs.local import LocalBlobs
from bozzetto.studio.tables import PhotoRow
from bozzetto.studio.workplace import prepare
from tests.studio.running import a_picture, settings_in


def a_photo_row(data, *, name):
    return PhotoRow(name=name, sha256=hashlib.sha256(data).hexdigest(), mask_sha256=None)


class Interrupted(LocalBlobs):
    """A file store that lets something else happen after its second file was fetched."""

    def __init__(self, root, then):
        super().__init__(root)
        self._then = then
        self._fetched = 0

    def fetch(self, sha256, path):
        super().fetch(sha256, path)
        self._fetched += 1
        if self._fetched == 2:
            self._then()


def put(blobs, folder, data):
    path = Path(folder) / "sent.png"
    path.write_bytes(data)
    blobs.put(path)


def test_a_project_that_is_put_together_leaves_the_files_of_another_alone(tmp_path):
    settings = settings_in(tmp_path)
    blobs = LocalBlobs(tmp_path / "blobs")
    pictures = [a_picture(seed=seed, height=128, width=128) for seed in range(3)]
    for data in pictures:
        put(blobs, tmp_path, data)
    rows = [a_photo_row(data, name=f"{index}.png") for index, data in enumerate(pictures)]

    def other():
        # Photo 1 is in both projects: the second one must not wait for or take the first one's.
        prepare(settings, blobs, (rows[1], rows[2]), project_id="prj_b", title="Other")

    busy = Interrupted(tmp_path / "blobs", other)
    prepare(settings, busy, (rows[0], rows[1], rows[2]), project_id="prj_a", title="First")
    for project_id, names in (
        ("prj_a", ["0.png", "1.png", "2.png"]),
        ("prj_b", ["1.png", "2.png"]),
    ):
        project = open_project(settings.data / "work" / project_id)
        entries = read_manifest(project).photos
        assert [entry.name for entry in entries] == names
        assert all(project.store.size(entry.sha256) for entry in entries)
    assert list((settings.data / "incoming").iterdir()) == []
