// Where the person is, kept in the address so that reload, back and links work.
import { computed, signal } from "@preact/signals";

export const VIEWS = ["photos", "mask", "drafts", "refine", "asset", "export"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  projectId: string | null;
  view: View;
  /** What is looked at in the view, as in a photo's id. */
  item: string | null;
}

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

export const place = computed<Place>(() => {
  const [, kind, projectId, view, item] = hash.value.split("/");
  if (kind !== "projects" || !projectId) return { projectId: null, view: "photos", item: null };
  const known = VIEWS.find((name) => name === view) ?? "photos";
  return { projectId, view: known, item: item ?? null };
});

export function linkTo(projectId: string, view: View, item?: string): string {
  return `#/projects/${projectId}/${view}${item ? `/${item}` : ""}`;
}

export function goTo(projectId: string, view: View, item?: string): void {
  location.hash = linkTo(projectId, view, item);
}
