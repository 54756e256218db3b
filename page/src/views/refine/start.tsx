// What is refined, how long that will take, and the button.
import { approval, drafts, newestJob, photos, refinement } from "../../state/project";
import { linkTo } from "../../state/router";
import { Button, Facts, Section } from "../../ui/basics";
import { duration, percent, when } from "../../ui/format";
import { JobFailure } from "../../ui/job-bar";
import { expectedSeconds } from "./estimate";

export function Start({ busy, ready, lods, start }: { busy: boolean; ready: boolean; lods: number; start: () => void }) {
  const approved = approval.value;
  const seconds = expectedSeconds({ lods, numPhotos: photos.value.length });
  const job = newestJob("refinements");
  const draft = drafts.value.find((one) => one.id === approved?.draft_id);
  return (
    <Section title="Run">
      <Facts
        rows={[
          ["Draft", draft ? `No. ${draft.rank}, ${percent(draft.score)}` : "approved"],
          ["Approved by", approved ? `${approved.decided_by}, ${when(approved.decided_at)}` : ""],
          ["Will take", seconds === null ? "not measured here yet" : `about ${duration(seconds)} on this machine`],
        ]}
      />
      <div class="actions">
        <Button tone="primary" disabled={busy || !ready} onClick={start}>
          {busy ? "Refining…" : refinement.value ? "Refine again" : "Refine"}
        </Button>
        {refinement.value && <a class="button" href={linkTo(refinement.value.project_id, "asset")}>Look at the asset</a>}
      </div>
      {job && <JobFailure job={job} />}
    </Section>
  );
}
