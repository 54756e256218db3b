// A skeleton, where one fits; else the reasons why there is none.
import type { Refinement, Rig } from "../../api/types";
import { useState } from "preact/hooks";
import { startRig } from "../../state/actions";
import { complain } from "../../state/notices";
import { newestJob, openJob, rigs } from "../../state/project";
import { capabilities, may } from "../../state/service";
import type { Shown } from "../../three/asset-stage";
import { Button, Facts, Section, Select, Toggle } from "../../ui/basics";
import { FindingList } from "../../ui/findings";
import { percent, plural, words } from "../../ui/format";
import { JobFailure } from "../../ui/job-bar";
import { Checks } from "../exports/exports";
import type { AssetLook } from "./asset-look";
import { JointEditor } from "./joint-editor";
import { movedJoints } from "./moved-joints";

interface Props {
  refinement: Refinement;
  look: AssetLook;
  setLook: (look: AssetLook) => void;
  shown: Shown | null;
}

export function RigPanel({ refinement, look, setLook, shown }: Props) {
  const kind = capabilities.value?.job_kinds.find((one) => one.name === "rigs");
  const rig = rigs.value.find((one) => one.refinement_id === refinement.id) ?? null;
  const job = newestJob("rigs");
  const busy = openJob("rigs") !== null;
  return (
    <>
      <Section title="Skeleton">
        {!kind?.available && <p class="fine">This installation cannot rig yet. The asset is finished without a skeleton.</p>}
        {rig && <Outcome rigged={rig.rigged} reasons={rig.reasons} />}
        {rig?.rigged && <Facts rows={[["Joints", rig.joints.length], ["Least sure joint", leastSure(rig)], ["Poses", rig.passed ? "all pass" : "some fail"]]} />}
        {kind?.available && may("artist") && (
          <RigOptions refinement={refinement} again={rig !== null} busy={busy} />
        )}
        {job && <JobFailure job={job} />}
      </Section>
      {rig?.model && (
        <Section title="Pose">
          <Toggle label="Show the rigged file" checked={look.rigged} onChange={(rigged) => setLook({ ...look, rigged })} />
          <Toggle label="Joints" checked={look.bones} onChange={(bones) => setLook({ ...look, bones })} />
          {look.rigged && shown && <Select label="Clip" value={look.clip ?? ""} onChange={(clip) => setLook({ ...look, clip: clip || null })} options={[{ value: "", text: "Rest pose" }, ...shown.clips.map((clip) => ({ value: clip, text: words(clip) }))]} />}
        </Section>
      )}
      {rig?.positions && <JointEditor key={rig.id} rig={rig} />}
      {rig && rig.checks.length > 0 && (
        <Section title="Checks">
          <Checks checks={rig.checks} />
        </Section>
      )}
      {rig && rig.findings.length > 0 && (
        <Section title="Findings">
          <FindingList findings={rig.findings} />
        </Section>
      )}
    </>
  );
}

function RigOptions({ refinement, again, busy }: { refinement: Refinement; again: boolean; busy: boolean }) {
  const choices = capabilities.value;
  const [skeleton, setSkeleton] = useState("mixamo");
  const [clips, setClips] = useState<readonly string[]>([]);
  const joints = movedJoints.value.get(refinement.id) ?? [];
  const start = () => void startRig(refinement.project_id, { refinement_id: refinement.id, skeleton, clips: [...clips], joints: [...joints] }).catch(complain);
  return (
    <>
      <Select label="Names and axes of joints" value={skeleton} onChange={setSkeleton} options={(choices?.skeletons ?? []).map(({ name }) => ({ value: name, text: words(name) }))} />
      <div class="toggles" role="group" aria-label="Motions to add">
        {(choices?.clips ?? []).map(({ name }) => (
          <Toggle key={name} label={words(name)} checked={clips.includes(name)} onChange={(on) => setClips(on ? [...clips, name] : clips.filter((other) => other !== name))} />
        ))}
      </div>
      <div class="actions">
        <Button tone={again && joints.length === 0 ? "plain" : "primary"} disabled={busy} onClick={start}>
          {busy ? "Rigging…" : joints.length > 0 ? `Rig with ${plural(joints.length, "moved joint")}` : again ? "Rig again" : "Find a skeleton"}
        </Button>
      </div>
    </>
  );
}

function leastSure(rig: Rig): string {
  const worst = [...rig.joints].sort((a, b) => a.confidence - b.confidence)[0];
  return worst ? `${words(worst.role)}, ${percent(worst.confidence)}` : "";
}

function Outcome({ rigged, reasons }: { rigged: boolean; reasons: readonly string[] }) {
  return (
    <>
      <p>{rigged ? "A skeleton fits." : "No skeleton was put in:"}</p>
      <ul class="bullets">
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </>
  );
}
