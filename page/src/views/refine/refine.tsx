// Step 4: the approved draft becomes a finished asset.
import { useState } from "preact/hooks";
import type { RefinementRequest } from "../../api/types";
import { startRefinement } from "../../state/actions";
import { complain } from "../../state/notices";
import { approval, drafts, newestJob, openJob, photos, project, refinement } from "../../state/project";
import { linkTo } from "../../state/router";
import { capabilities, may } from "../../state/service";
import { useShortcuts } from "../../state/shortcuts";
import { Button, Empty, Facts, Section, Segments, Slider } from "../../ui/basics";
import { duration, percent, when, whole } from "../../ui/format";
import { JobFailure } from "../../ui/job-bar";
import { BeforeAfter } from "./before-after";
import { expectedSeconds } from "./estimate";
import { Stages } from "./stages";

type Topology = NonNullable<RefinementRequest["topology"]>;
const RANGES: Record<Topology, { min: number; max: number; first: number; unit: string }> = {
  tri: { min: 100, max: 500_000, first: 20_000, unit: "triangles" },
  quad: { min: 100, max: 50_000, first: 8_000, unit: "quads" },
  lowpoly: { min: 50, max: 5_000, first: 800, unit: "triangles" },
};
const PRESETS: Record<Topology, readonly number[]> = {
  tri: [1_000, 5_000, 20_000, 100_000],
  quad: [1_000, 4_000, 8_000, 20_000],
  lowpoly: [200, 800, 2_000, 5_000],
};

export function Refine() {
  const approved = approval.value;
  if (!approved) {
    return (
      <div class="alone">
        <Empty icon="refine" title="No draft is approved yet">
          <p>Refining starts from the draft that a person approved.</p>
          <p><a href={linkTo(project.value?.id ?? "", "drafts")}>Choose among the drafts</a></p>
        </Empty>
      </div>
    );
  }
  return (
    <div class="split">
      <div class="stage">{openJob("refinements") ? <Stages /> : <BeforeAfter />}</div>
      <Options />
    </div>
  );
}

function Options() {
  const [topology, setTopology] = useState<Topology>("tri");
  const [budget, setBudget] = useState(RANGES.tri.first);
  const [texture, setTexture] = useState(2048);
  const [lods, setLods] = useState(1);
  const [mirror, setMirror] = useState<"auto" | "on" | "off">("auto");
  const range = RANGES[topology];
  const busy = openJob("refinements") !== null;
  const valid = budget >= range.min && budget <= range.max;
  const start = () => {
    const body: RefinementRequest = { topology, budget, texture_size: texture, lods, lod_budgets: [], symmetry: mirror };
    void startRefinement(project.value?.id ?? "", body).catch(complain);
  };
  useShortcuts("Refine", [{ keys: "Ctrl+Enter", does: "Start refining", run: () => valid && !busy && start() }]);
  const choose = (next: Topology) => {
    setTopology(next);
    setBudget(RANGES[next].first);
  };
  return (
    <aside class="inspector" aria-label="Options">
      <Section title="Mesh">
        <Segments label="Made of" value={topology} onChange={choose} options={[{ value: "tri", text: "Triangles" }, { value: "quad", text: "Quads" }, { value: "lowpoly", text: "Low poly" }]} />
        <label class="field">
          <span>Budget in {range.unit}</span>
          <input type="number" min={range.min} max={range.max} step={50} value={budget} aria-invalid={!valid} onInput={(event) => setBudget(event.currentTarget.valueAsNumber || 0)} />
        </label>
        <div class="presets" role="group" aria-label="Budgets">
          {PRESETS[topology].map((count) => (
            <Button key={count} tone="quiet" pressed={count === budget} onClick={() => setBudget(count)}>
              {whole(count)}
            </Button>
          ))}
        </div>
        {!valid && <p class="refused" role="alert">Between {whole(range.min)} and {whole(range.max)}, please.</p>}
        <Slider label="Levels of detail" value={lods} min={1} max={4} onInput={setLods} />
        <Segments label="Mirror the object's halves" value={mirror} onChange={setMirror} options={[{ value: "auto", text: "If it fits" }, { value: "on", text: "Always" }, { value: "off", text: "Never" }]} />
      </Section>
      <Section title="Texture">
        <Segments label="Size in texels" value={String(texture)} onChange={(size) => setTexture(Number(size))} options={(capabilities.value?.texture_sizes ?? []).map((size) => ({ value: String(size), text: String(size) }))} />
      </Section>
      <Start busy={busy} ready={valid && may("artist")} lods={lods} start={start} />
    </aside>
  );
}

function Start({ busy, ready, lods, start }: { busy: boolean; ready: boolean; lods: number; start: () => void }) {
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

