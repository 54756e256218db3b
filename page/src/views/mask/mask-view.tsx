// Step 2: the cut-out, and the brush that corrects it.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client";
import type { Finding, Photo } from "../../api/types";
import { saveStrokes, startMasks } from "../../state/actions";
import { complain } from "../../state/notices";
import { maskOf, newestJob, openJob, photos, project } from "../../state/project";
import { linkTo } from "../../state/router";
import { may } from "../../state/service";
import { useShortcuts } from "../../state/shortcuts";
import { Button, Empty, Section } from "../../ui/basics";
import { FindingList } from "../../ui/findings";
import { percent, plural } from "../../ui/format";
import { JobFailure } from "../../ui/job-bar";
import { Film, shownPhoto, usePhotoSteps } from "../photos/photos";
import { fromWire, toWire, type Painted } from "./brush";
import { firstTools, MaskTools, type Tools } from "./mask-tools";
import { MaskCanvas } from "./mask-canvas";
import { isSame, nothing, redo, undo, type History } from "./history";

export function MaskView() {
  const shown = shownPhoto();
  usePhotoSteps();
  if (!shown) {
    return (
      <div class="alone">
        <Empty icon="mask" title="No photos to cut out yet">
          <p><a href={linkTo(project.value?.id ?? "", "photos")}>Add a photo of the object first</a></p>
        </Empty>
      </div>
    );
  }
  return <Masking key={shown.id} photo={shown} />;
}

function Masking({ photo }: { photo: Photo }) {
  const [tools, setTools] = useState<Tools>(() => firstTools(photo));
  const [history, setHistory] = useState<History>(nothing);
  const [applied, setApplied] = useState<readonly Painted[]>([]);
  const [jump, setJump] = useState<Finding | null>(null);
  const mask = maskOf.value.get(photo.id) ?? null;
  useEffect(() => {
    let gone = false;
    call("get", "/v1/projects/{project_id}/photos/{photo_id}/strokes", { path: { project_id: photo.project_id, photo_id: photo.id } })
      .then(({ strokes }) => {
        if (gone) return;
        const done = fromWire(strokes);
        setHistory({ done, undone: [] });
        setApplied(done);
      })
      .catch(complain);
    return () => {
      gone = true;
    };
  }, [photo.id]);
  const apply = async () => {
    await saveStrokes(photo, toWire(history.done));
    await startMasks(photo.project_id, mask?.source.startsWith("u2net+") || mask?.source === "u2net" ? "u2net" : "u2netp");
    setApplied(history.done);
  };
  const findings = (mask?.findings ?? []).filter((finding) => finding.code.startsWith("mask."));
  return (
    <div class="split">
      <div class="stage">
        {photos.value.length > 1 && <Film />}
        <MaskCanvas photo={photo} mask={mask} tools={tools} history={history} applied={applied} jump={jump} setTools={setTools} setHistory={setHistory} />
      </div>
      <aside class="inspector" aria-label="Brush and mask">
        <Strokes history={history} applied={applied} setHistory={setHistory} apply={apply} />
        <MaskTools tools={tools} setTools={setTools} />
        <Section title="Mask" aside={mask?.mask && <span class="fine">{percent(mask.confidence)} sure</span>}>
          <FindingList findings={findings} chosen={jump} onChoose={(finding) => setJump({ ...finding })} none={mask ? "No doubts: one piece, clean edges, nothing thin lost." : "Not cut out yet."} />
          <MaskJob />
        </Section>
      </aside>
    </div>
  );
}

function MaskJob() {
  const job = newestJob("masks");
  return job && <JobFailure job={job} />;
}

interface StrokesProps {
  history: History;
  applied: readonly Painted[];
  setHistory: (change: (history: History) => History) => void;
  apply: () => Promise<void>;
}

function Strokes({ history, applied, setHistory, apply }: StrokesProps) {
  const changed = !isSame(history.done, applied);
  const busy = openJob("masks") !== null;
  useShortcuts("Strokes", [{ keys: "Ctrl+Enter", does: "Apply the strokes", run: () => changed && !busy && void apply().catch(complain) }]);
  return (
    <Section title="Strokes" aside={<span class="fine">{plural(history.done.length, "stroke")}</span>}>
      <div class="actions">
        <Button icon="undo" label="Undo" keys="Ctrl+Z" disabled={history.done.length === 0} onClick={() => setHistory(undo)} />
        <Button icon="redo" label="Redo" keys="Ctrl+Shift+Z" disabled={history.undone.length === 0} onClick={() => setHistory(redo)} />
        {may("artist") && (
          <Button tone="primary" keys="Ctrl+Enter" disabled={busy || !changed} onClick={() => void apply().catch(complain)}>
            {busy ? "Cutting out…" : "Apply strokes"}
          </Button>
        )}
        <a class="button" href={linkTo(project.value?.id ?? "", "drafts")}>Drafts</a>
      </div>
      <p class="fine">{changed ? "Painted here only. Apply them: edges near the brush are then found in the photo." : "Paint what was lost or left over; the edge nearby is found by itself."}</p>
    </Section>
  );
}
