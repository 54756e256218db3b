// Step 3: a board of variants, judged by a person.
import { useEffect, useState } from "preact/hooks";
import type { Draft } from "../../api/types";
import { startDrafts } from "../../state/actions";
import { complain } from "../../state/notices";
import { board, newestJob, openJob, photos, project } from "../../state/project";
import { linkTo } from "../../state/router";
import { capabilities, may } from "../../state/service";
import { useShortcuts } from "../../state/shortcuts";
import type { Shading } from "../../three/shading";
import { Button, Empty, Section, Select, Slider } from "../../ui/basics";
import { JobBar, JobFailure } from "../../ui/job-bar";
import { Board, type Looking } from "./board";
import { Judgement } from "./judgement";
import { ShadingBar } from "./shading-bar";

const KEYS: readonly (readonly [string, Shading])[] = [["C", "clay"], ["W", "wireframe"], ["N", "normals"], ["V", "colours"], ["P", "photo"], ["S", "difference"]];

export function Drafts() {
  const [chosenId, choose] = useState("");
  const [looking, setLooking] = useState<Looking>({ shading: "clay", opacity: 0.6, photoIndex: 0 });
  const drafts = board.value;
  const chosen = drafts.find((draft) => draft.id === chosenId) ?? drafts[0] ?? null;
  useShortcuts("Drafts", [
    ...KEYS.map(([keys, shading]) => ({ keys, does: `Look: ${shading}`, run: () => setLooking((now) => ({ ...now, shading })) })),
    ...drafts.slice(0, 9).map((draft, index) => ({ keys: String(index + 1), does: `Choose draft ${index + 1}`, run: () => choose(draft.id) })),
  ]);
  if (photos.value.length === 0) return <NoPhotos />;
  return (
    <div class="split">
      <div class="stage">
        {drafts.length > 0 && <ShadingBar looking={looking} setLooking={setLooking} />}
        <Stage drafts={drafts} looking={looking} chosen={chosen} choose={choose} />
      </div>
      <aside class="inspector" aria-label="Judgement">
        {chosen && <Judgement key={chosen.id} draft={chosen} />}
        <NewDrafts first={drafts.length === 0} />
      </aside>
    </div>
  );
}

function NoPhotos() {
  return (
    <div class="alone">
      <Empty icon="drafts" title="No photos to model from yet">
        <p><a href={linkTo(project.value?.id ?? "", "photos")}>Add a photo of the object first</a></p>
      </Empty>
    </div>
  );
}

interface StageProps {
  drafts: Draft[];
  looking: Looking;
  chosen: Draft | null;
  choose: (id: string) => void;
}

function Stage({ drafts, looking, chosen, choose }: StageProps) {
  const busy = openJob("drafts");
  if (drafts.length > 0) return <Board key={drafts[0]?.job_id} drafts={drafts} looking={looking} chosen={chosen} choose={choose} />;
  if (busy) {
    return (
      <Empty icon="drafts" title="Modelling">
        <JobBar job={busy} />
        <p class="fine">White models appear here, ranked, when all of them are there.</p>
      </Empty>
    );
  }
  return (
    <Empty icon="drafts" title="No drafts yet">
      <p>Have a few white models made, look at them from all sides, and approve the best.</p>
    </Empty>
  );
}

function NewDrafts({ first }: { first: boolean }) {
  const [variants, setVariants] = useState(3);
  const [seed, setSeed] = useState(0);
  const [engine, setEngine] = useState("");
  const busy = openJob("drafts") !== null;
  const job = newestJob("drafts");
  useEffect(() => setSeed(first ? 0 : board.value.reduce((highest, draft) => Math.max(highest, draft.seed + 1), 0)), [first, job?.id]);
  const start = () => void startDrafts(project.value?.id ?? "", { variants, seed, engine: engine || null }).catch(complain);
  if (!may("artist")) return null;
  return (
    <Section title={first ? "Make drafts" : "Other drafts"}>
      <Slider label="Variants" value={variants} min={1} max={8} onInput={setVariants} />
      <Select
        label="Engine"
        value={engine}
        onChange={setEngine}
        options={[{ value: "", text: `Recommended (${capabilities.value?.default_engine ?? "…"})` }, ...(capabilities.value?.engines ?? []).map(({ name }) => ({ value: name, text: name }))]}
      />
      <label class="field">
        <span>First seed</span>
        <input type="number" min={0} max={2147483647} value={seed} onInput={(event) => setSeed(Math.max(0, event.currentTarget.valueAsNumber || 0))} />
      </label>
      <div class="actions">
        <Button tone={first ? "primary" : "plain"} disabled={busy} onClick={start}>
          {busy ? "Modelling…" : first ? "Make drafts" : "Make others"}
        </Button>
      </div>
      {job && <JobFailure job={job} />}
    </Section>
  );
}
