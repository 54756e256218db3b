// The steps of a project, with what is done and what runs.
import { approval, board, exports, masks, maskOf, openJob, photos, refinement } from "../state/project";
import { goTo, linkTo, place, VIEWS, type View } from "../state/router";
import { Icon } from "../ui/icons";

const NAMES: Record<View, string> = { photos: "Photos", mask: "Mask", drafts: "Drafts", refine: "Refine", asset: "Asset", export: "Export" };
const KINDS: Partial<Record<View, string>> = { mask: "masks", drafts: "drafts", refine: "refinements", asset: "rigs", export: "exports" };

function isDone(view: View): boolean {
  switch (view) {
    case "photos":
      return photos.value.length > 0;
    case "mask":
      return masks.value.length > 0 && photos.value.every((photo) => maskOf.value.get(photo.id)?.mask);
    case "drafts":
      return board.value.length > 0 && approval.value !== null;
    case "refine":
    case "asset":
      return refinement.value !== null;
    case "export":
      return exports.value.length > 0;
  }
}

export function goToStep(index: number): void {
  const { projectId } = place.value;
  const view = VIEWS[index];
  if (projectId && view) goTo(projectId, view);
}

export function Steps() {
  const { projectId, view } = place.value;
  if (!projectId) return null;
  return (
    <nav class="steps" aria-label="Steps">
      <ol>
        {VIEWS.map((name) => {
          const busy = KINDS[name] !== undefined && openJob(KINDS[name]) !== null;
          const state = busy ? "busy" : isDone(name) ? "done" : "";
          return (
            <li key={name}>
              <a href={linkTo(projectId, name)} class={state} aria-current={name === view ? "step" : undefined}>
                <Icon name={name} />
                <span>{NAMES[name]}</span>
                {state && <span class="state"><span class="unseen">{busy ? "running" : "done"}</span></span>}
              </a>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
