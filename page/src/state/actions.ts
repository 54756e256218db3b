// What a person sets going: uploads and jobs.
import { call, type Schemas } from "../api/client";
import type { Photo, RefinementRequest, Stroke, WireFile } from "../api/types";
import { keepJob, loadApprovals, loadPhotos, photos } from "./project";

export async function upload(projectId: string, file: File): Promise<Photo> {
  const name = file.name.slice(-200) || "photo";
  return call("post", "/v1/projects/{project_id}/photos", { path: { project_id: projectId }, query: { name }, bytes: file });
}

export async function removePhoto(photo: Photo): Promise<void> {
  await call("delete", "/v1/projects/{project_id}/photos/{photo_id}", { path: { project_id: photo.project_id, photo_id: photo.id } });
  await loadPhotos(photo.project_id);
}

export async function changeSide(photo: Photo, side: Photo["side"]): Promise<void> {
  const body = side === null ? { guess_side: true } : { side, guess_side: false };
  replace(await call("patch", "/v1/projects/{project_id}/photos/{photo_id}", { path: { project_id: photo.project_id, photo_id: photo.id }, body }));
}

export async function startMasks(projectId: string, model?: string): Promise<void> {
  const body = { model: model ?? "u2netp" };
  keepJob(await call("post", "/v1/projects/{project_id}/masks", { path: { project_id: projectId }, body }));
}

export async function saveStrokes(photo: Photo, strokes: Stroke[]): Promise<void> {
  const body = { version: 1 as const, strokes };
  replace(await call("put", "/v1/projects/{project_id}/photos/{photo_id}/strokes", { path: { project_id: photo.project_id, photo_id: photo.id }, body }));
}

export async function startDrafts(projectId: string, wanted: { variants: number; seed: number; engine: string | null }): Promise<void> {
  const body = { ...wanted, mask_model: "u2netp" };
  keepJob(await call("post", "/v1/projects/{project_id}/drafts", { path: { project_id: projectId }, body }));
}

export async function judge(projectId: string, judgement: { draft_id: string; sha256: string; decision: "approved" | "rejected"; reason: string }): Promise<void> {
  await call("post", "/v1/projects/{project_id}/approvals", { path: { project_id: projectId }, body: judgement });
  await loadApprovals(projectId);
}

export async function startRefinement(projectId: string, body: RefinementRequest): Promise<void> {
  keepJob(await call("post", "/v1/projects/{project_id}/refinements", { path: { project_id: projectId }, body }));
}

/** Send a picture over the textures; its hash is what a refinement calls `lock`. */
export async function sendLock(projectId: string, file: File): Promise<WireFile> {
  return call("post", "/v1/projects/{project_id}/locks", { path: { project_id: projectId }, bytes: file });
}

export async function startExport(projectId: string, body: Schemas["ExportRequest"]): Promise<void> {
  keepJob(await call("post", "/v1/projects/{project_id}/exports", { path: { project_id: projectId }, body }));
}

export async function startRig(projectId: string, body: Schemas["RigRequest"]): Promise<void> {
  keepJob(await call("post", "/v1/projects/{project_id}/rigs", { path: { project_id: projectId }, body }));
}

function replace(photo: Photo): void {
  photos.value = photos.value.map((other) => (other.id === photo.id ? photo : other));
}
