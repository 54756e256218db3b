// What a refinement is asked for: mesh, levels, texture; and what is kept of the texture before.
import { useState } from "preact/hooks";
import type { RefinementRequest } from "../../api/types";
import { sendLock, startRefinement } from "../../state/actions";
import { complain } from "../../state/notices";
import { openJob, project, refinement } from "../../state/project";
import { capabilities, may } from "../../state/service";
import { useShortcuts } from "../../state/shortcuts";
import { Button, Section, Segments, Slider, Toggle } from "../../ui/basics";
import { whole } from "../../ui/format";
import { Start } from "./start";

type Topology = NonNullable<RefinementRequest["topology"]>;
interface Range {
  min: number;
  max: number;
  first: number;
  unit: string;
  presets: readonly number[];
}
const RANGES: Record<Topology, Range> = {
  tri: { min: 100, max: 500_000, first: 20_000, unit: "triangles", presets: [1_000, 5_000, 20_000, 100_000] },
  quad: { min: 100, max: 50_000, first: 5_000, unit: "quads", presets: [1_000, 5_000, 10_000, 20_000] },
  lowpoly: { min: 50, max: 5_000, first: 1_000, unit: "triangles", presets: [200, 500, 1_000, 5_000] },
};
const MORE_LEVELS = [1, 2, 3] as const;

interface Wanted {
  topology: Topology;
  budget: number;
  lods: number;
  /** Faces of the levels after the first; null for half of the one before. */
  lodBudgets: readonly (number | null)[];
  symmetry: "auto" | "on" | "off";
  relief: boolean;
  texture: number;
  delight: number;
  jpeg: boolean;
  attributes: boolean;
  lock: { name: string; sha256: string } | null;
}

const FIRST: Wanted = {
  topology: "tri",
  budget: RANGES.tri.first,
  lods: 1,
  lodBudgets: [null, null, null],
  symmetry: "auto",
  relief: true,
  texture: 2048,
  delight: 0.7,
  jpeg: false,
  attributes: false,
  lock: null,
};

interface PartProps {
  wanted: Wanted;
  change: (part: Partial<Wanted>) => void;
}

export function Options() {
  const [wanted, setWanted] = useState<Wanted>(FIRST);
  const change = (part: Partial<Wanted>) => setWanted((now) => ({ ...now, ...part }));
  const busy = openJob("refinements") !== null;
  const ready = isValid(wanted) && may("artist");
  const start = () => void startRefinement(project.value?.id ?? "", requestFrom(wanted)).catch(complain);
  useShortcuts("Refine", [{ keys: "Ctrl+Enter", does: "Start refining", run: () => ready && !busy && start() }]);
  return (
    <aside class="inspector" aria-label="Options">
      <Mesh wanted={wanted} change={change} />
      <Texture wanted={wanted} change={change} />
      <Start busy={busy} ready={ready} lods={wanted.lods} start={start} />
    </aside>
  );
}

function isValid({ topology, budget, lods, lodBudgets }: Wanted): boolean {
  const { min, max } = RANGES[topology];
  return [budget, ...levelBudgets(lods, lodBudgets)].every((count) => count >= min && count <= max);
}

/** The budgets as far as they were written; one that was left out means halves from there on. */
function levelBudgets(lods: number, budgets: readonly (number | null)[]): number[] {
  const open = budgets.slice(0, lods - 1);
  const end = open.findIndex((count) => count === null);
  return (end < 0 ? open : open.slice(0, end)).filter((count) => count !== null);
}

function requestFrom(wanted: Wanted): RefinementRequest {
  return {
    topology: wanted.topology,
    budget: wanted.budget,
    symmetry: wanted.symmetry,
    texture_size: wanted.texture,
    lods: wanted.lods,
    lod_budgets: levelBudgets(wanted.lods, wanted.lodBudgets),
    detail: wanted.relief ? "auto" : "off",
    delight: wanted.delight,
    image_format: wanted.jpeg ? "jpeg" : "png",
    provenance_attributes: wanted.attributes,
    lock: wanted.lock?.sha256 ?? null,
  };
}

function Mesh({ wanted, change }: PartProps) {
  const range = RANGES[wanted.topology];
  return (
    <Section title="Mesh">
      <Segments label="Made of" value={wanted.topology} onChange={(topology) => change({ topology, budget: RANGES[topology].first, lodBudgets: FIRST.lodBudgets })} options={[{ value: "tri", text: "Triangles" }, { value: "quad", text: "Quads" }, { value: "lowpoly", text: "Low poly" }]} />
      <label class="field">
        <span>Budget in {range.unit}</span>
        <input type="number" min={range.min} max={range.max} step={50} value={wanted.budget} aria-invalid={!isValid({ ...wanted, lods: 1 })} onInput={(event) => change({ budget: event.currentTarget.valueAsNumber || 0 })} />
      </label>
      <div class="presets" role="group" aria-label="Budgets">
        {range.presets.map((count) => (
          <Button key={count} tone="quiet" pressed={count === wanted.budget} onClick={() => change({ budget: count })}>
            {whole(count)}
          </Button>
        ))}
      </div>
      <Slider label="Levels of detail" value={wanted.lods} min={1} max={4} onInput={(lods) => change({ lods })} />
      {wanted.lods > 1 && <LevelBudgets wanted={wanted} change={change} />}
      {!isValid(wanted) && <p class="refused" role="alert">Between {whole(range.min)} and {whole(range.max)}, please.</p>}
      <Segments label="Mirror the object's halves" value={wanted.symmetry} onChange={(symmetry) => change({ symmetry })} options={[{ value: "auto", text: "If it fits" }, { value: "on", text: "Always" }, { value: "off", text: "Never" }]} />
      <Toggle label="Relief from the photo's shading" checked={wanted.relief} onChange={(relief) => change({ relief })} />
    </Section>
  );
}

function LevelBudgets({ wanted, change }: PartProps) {
  const set = (index: number, text: string) => change({ lodBudgets: wanted.lodBudgets.map((old, at) => (at === index ? (text === "" ? null : Number(text) || 0) : old)) });
  return (
    <div class="axes">
      {MORE_LEVELS.slice(0, wanted.lods - 1).map((level, index) => (
        <label class="field" key={level}>
          <span>Level {level}</span>
          <input type="number" min={50} step={50} placeholder="half" value={wanted.lodBudgets[index] ?? ""} onInput={(event) => set(index, event.currentTarget.value)} />
        </label>
      ))}
    </div>
  );
}

function Texture({ wanted, change }: PartProps) {
  return (
    <Section title="Texture">
      <Segments label="Size in texels" value={String(wanted.texture)} onChange={(size) => change({ texture: Number(size) })} options={(capabilities.value?.texture_sizes ?? []).map((size) => ({ value: String(size), text: String(size) }))} />
      <Slider label="Photo's light taken out" value={Math.round(wanted.delight * 100)} min={0} max={100} step={5} text={`${Math.round(wanted.delight * 100)} %`} onInput={(value) => change({ delight: value / 100 })} />
      <details>
        <summary>Files and locks</summary>
        <div class="folded">
          <Segments label="Base colour and ORM as" value={wanted.jpeg ? "jpeg" : "png"} onChange={(kind) => change({ jpeg: kind === "jpeg" })} options={[{ value: "png", text: "PNG", title: "Without loss" }, { value: "jpeg", text: "JPEG", title: "Smaller" }]} />
          <Toggle label="Confidence and origin in the GLB" checked={wanted.attributes} onChange={(attributes) => change({ attributes })} />
          <p class="fine">Some viewers refuse a file with such attributes. As pictures they are always kept.</p>
          {refinement.value && <Lock wanted={wanted} change={change} />}
        </div>
      </details>
    </Section>
  );
}

function Lock({ wanted, change }: PartProps) {
  const send = async (file: File) => {
    const kept = await sendLock(project.value?.id ?? "", file);
    change({ lock: { name: file.name, sha256: kept.sha256 } });
  };
  return (
    <>
      <label class="field">
        <span>Keep texels of the asset there is</span>
        <input
          type="file"
          accept="image/png,image/*"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void send(file).catch(complain);
          }}
        />
      </label>
      <p class="fine">A picture over the textures: what is white in it stays as it is.</p>
      {wanted.lock && (
        <p>
          {wanted.lock.name} <Button tone="quiet" icon="close" label="Lock nothing" onClick={() => change({ lock: null })} />
        </p>
      )}
    </>
  );
}
