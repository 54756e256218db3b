// The open project: everything on record about it, kept up to date by the service's events.
import { computed, signal } from "@preact/signals";
import { all, call } from "../api/client";
import { followJobs } from "../api/events";
import type { Approval, Draft, Export, Job, Mask, Photo, Project, Refinement, Rig } from "../api/types";
import { complain } from "./notices";
import { loadEstimates } from "./service";

export const project = signal<Project | null>(null);
export const photos = signal<Photo[]>([]);
export const masks = signal<Mask[]>([]);
export const drafts = signal<Draft[]>([]);
export const approvals = signal<Approval[]>([]);
export const refinements = signal<Refinement[]>([]);
export const rigs = signal<Rig[]>([]);
export const exports = signal<Export[]>([]);
export const jobs = signal<Job[]>([]);
/** Whether a person still waits for the first answers. */
export const loading = signal(false);

/** The newest mask of each photo. */
export const maskOf = computed(() => {
  const newest = new Map<string, Mask>();
  for (const mask of masks.value) if (!newest.has(mask.photo_id)) newest.set(mask.photo_id, mask);
  return newest;
});

/** The drafts of the newest job, best first. */
export const board = computed(() => {
  const job = drafts.value[0]?.job_id;
  return drafts.value.filter((draft) => draft.job_id === job).sort((a, b) => a.rank - b.rank);
});

export const approval = computed(() => approvals.value.find((one) => one.current) ?? null);
export const refinement = computed(() => refinements.value[0] ?? null);

/** What is said last of a draft. */
export function judgementOf(draftId: string): Approval | null {
  return approvals.value.find((one) => one.draft_id === draftId) ?? null;
}

export function isOpen(job: Job): boolean {
  return job.state === "queued" || job.state === "running";
}

/** The newest job of a kind. */
export function newestJob(kind: string): Job | null {
  return jobs.value.find((job) => job.kind === kind) ?? null;
}

export function openJob(kind: string): Job | null {
  return jobs.value.find((job) => job.kind === kind && isOpen(job)) ?? null;
}

let stop: () => void = () => undefined;

export async function openProject(id: string): Promise<void> {
  closeProject();
  loading.value = true;
  try {
    project.value = await call("get", "/v1/projects/{project_id}", { path: { project_id: id } });
    await Promise.all([loadPhotos(id), loadAll(id)]);
    stop = followJobs(
      id,
      (job) => onJob(id, job),
      () => void loadAll(id).catch(complain),
    );
  } finally {
    loading.value = false;
  }
}

export function closeProject(): void {
  stop();
  stop = () => undefined;
  project.value = null;
  for (const list of [photos, masks, drafts, approvals, refinements, rigs, exports, jobs]) list.value = [];
}

const LOADERS: Record<string, (id: string) => Promise<void>> = {
  masks: async (id) => {
    masks.value = await all((cursor) => call("get", "/v1/projects/{project_id}/masks", { path: { project_id: id }, query: { cursor } }));
  },
  drafts: async (id) => {
    drafts.value = await all((cursor) => call("get", "/v1/projects/{project_id}/drafts", { path: { project_id: id }, query: { cursor } }));
  },
  refinements: async (id) => {
    refinements.value = await all((cursor) => call("get", "/v1/projects/{project_id}/refinements", { path: { project_id: id }, query: { cursor } }));
  },
  rigs: async (id) => {
    rigs.value = await all((cursor) => call("get", "/v1/projects/{project_id}/rigs", { path: { project_id: id }, query: { cursor } }));
  },
  exports: async (id) => {
    exports.value = await all((cursor) => call("get", "/v1/projects/{project_id}/exports", { path: { project_id: id }, query: { cursor } }));
  },
};

export async function loadPhotos(id: string): Promise<void> {
  const page = await call("get", "/v1/projects/{project_id}/photos", { path: { project_id: id } });
  photos.value = page.items;
}

export async function loadApprovals(id: string): Promise<void> {
  approvals.value = await all((cursor) => call("get", "/v1/projects/{project_id}/approvals", { path: { project_id: id }, query: { cursor } }));
}

async function loadAll(id: string): Promise<void> {
  await Promise.all([
    ...Object.values(LOADERS).map((load) => load(id)),
    loadApprovals(id),
    call("get", "/v1/projects/{project_id}/jobs", { path: { project_id: id } }).then((page) => {
      jobs.value = page.items;
    }),
  ]);
}

/** Put a job on the list at once; the events take over from there. */
export function keepJob(job: Job): void {
  const known = jobs.value.find((other) => other.id === job.id);
  if (known && known.version > job.version) return;
  jobs.value = known
    ? jobs.value.map((other) => (other.id === job.id ? job : other))
    : [job, ...jobs.value];
}

function onJob(id: string, job: Job): void {
  if (project.value?.id !== id) return;
  keepJob(job);
  if (isOpen(job)) return;
  void LOADERS[job.kind]?.(id).catch(complain);
  void loadEstimates().catch(complain);
}

export async function cancelJob(job: Job): Promise<void> {
  keepJob(await call("post", "/v1/jobs/{job_id}/cancel", { path: { job_id: job.id } }));
}
