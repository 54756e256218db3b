"""A project that is finished already, so that its views can be tested without making it first."""

import dataclasses
import json
import time

import numpy as np
import trimesh
from PIL import Image

from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.asset.shares import PhotoAgreement, SurfaceShares
from bozzetto.formats.gltf.glb import encode_glb
from bozzetto.progress import StageFinished
from bozzetto.qa.places import look_at
from bozzetto.studio.blobs.registry import open_blobs
from bozzetto.studio.database import Database
from bozzetto.studio.jobs import Claim
from bozzetto.studio.kinds.base import Kept
from bozzetto.studio.messages import moment
from bozzetto.studio.performing import Keeper
from bozzetto.studio.tables import JobRow
from bozzetto.studio.workplace import project_root
from bozzetto.wire.results import LevelOfDetail, RefinementResult
from tests.rigging.mannequin import a_mannequin

REFINEMENT = "res_" + "cd" * 12
_JOB = "job_" + "ef" * 12
_FOLDER = "assets/prepared"
LEVELS = 3


def finish_with_a_figure(settings, project):
    """Put on record that a project's asset is a mannequin in three levels of detail."""
    database, blobs = Database(settings.database), open_blobs(settings)
    folder = project_root(settings, project) / _FOLDER
    folder.mkdir(parents=True)
    keeper = Keeper(blobs)
    kept = _refinement(keeper, folder, project)
    with database.writing() as session:
        session.add(
            JobRow(
                id=_JOB,
                project_id=project,
                kind="refinements",
                options="{}",
                state="succeeded",
                created_at=1.0,
                created_by="local",
                changed_at=1.0,
            )
        )
        session.flush()
        keeper.record(session, [kept], claim=Claim(job_id=_JOB, attempt=1))
    blobs.close()
    database.close()


def a_level(level):
    """The mannequin, as it is or with fewer faces, its back made up."""
    mesh = a_mannequin()
    if level:
        coarse = trimesh.Trimesh(mesh.positions, mesh.triangles, process=True)
        coarse = coarse.simplify_quadric_decimation(face_count=len(mesh.triangles) >> level)
        positions = np.asarray(coarse.vertices, np.float32)
        mesh = Mesh(positions=positions, triangles=np.asarray(coarse.faces, np.int32))
    corners = mesh.positions[mesh.triangles]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(mesh.positions)
    for corner in range(3):
        np.add.at(normals, mesh.triangles[:, corner], facing)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    origin = np.where(normals[:, 2] < 0, Origin.INFERRED, Origin.OBSERVED).astype(np.uint8)
    return dataclasses.replace(mesh, normals=normals.astype(np.float32), origin=origin)


def _refinement(keeper, folder, project):
    """Write the asset's files and describe it."""
    meshes = [a_level(level) for level in range(LEVELS)]

    def keep(path, media_type):
        return keeper.keep(project, path, name=path.name, media_type=media_type)

    levels = []
    for level, mesh in enumerate(meshes):
        part = Part(name="body", mesh=mesh, surface=Surface(name="clay"))
        path = folder / ("asset.glb" if level == 0 else f"asset_lod{level}.glb")
        path.write_bytes(encode_glb(Model(name="mannequin", parts=(part,))))
        levels.append(_level(level, mesh, keep(path, "model/gltf-binary")))
    for name, value in (("origin", 1), ("confidence", 200), ("sheet", 90)):
        Image.new("L", (64, 64), value).save(folder / f"{name}.png")
    (folder / "report.json").write_text(json.dumps({"name": "mannequin"}))
    message = RefinementResult(
        id=REFINEMENT,
        project_id=project,
        job_id=_JOB,
        created_at=moment(time.time()),
        draft_id="res_" + "00" * 12,
        name="mannequin",
        options={},
        levels=tuple(levels),
        sheet=keep(folder / "sheet.png", "image/png"),
        report=keep(folder / "report.json", "application/json"),
        origin=keep(folder / "origin.png", "image/png"),
        confidence=keep(folder / "confidence.png", "image/png"),
        surface=SurfaceShares(observed=0.5, mirrored=0.0, inferred=0.5),
        agreement=(PhotoAgreement(photo="man.png", psnr_db=21.0, silhouette_iou=0.97),),
        texture_size=512,
        cameras=(),
        findings=look_at(meshes[0]),
        seconds=(StageFinished(stage="refine", seconds=9.5, reused=False),),
    )
    return Kept(message=message, folder=_FOLDER)


def _level(level, mesh, file):
    """Describe a level."""
    return LevelOfDetail(
        level=level,
        model=file,
        triangles=len(mesh.triangles),
        quads=0,
        vertices=len(mesh.positions),
        watertight=False,
        manifold=True,
        genus=None,
        pieces=8,
        self_intersections=None,
        hausdorff_mm=None,
    )
