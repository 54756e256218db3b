// A skeleton, where one fits; else the reasons why there is none.
import type { Refinement } from "../../api/types";
import { startRig } from "../../state/actions";
import { complain } from "../../state/notices";
import { newestJob, openJob, rigs } from "../../state/project";
import { capabilities, may } from "../../state/service";
import type { Shown } from "../../three/asset-stage";
import { Button, Facts, Section, Select, Toggle } from "../../ui/basics";
import { FindingList } from "../../ui/findings";
import { percent, words } from "../../ui/format";
import { JobFailure } from "../../ui/job-bar";
import { Checks } from "../exports/exports";
import type { AssetLook } from "./asset-look";

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
        {rig && <Facts rows={[["Template", rig.template ? words(rig.template) : "none fits"], ["Confidence", percent(rig.confidence)]]} />}
        {kind?.available && may("artist") && (
          <div class="actions">
            <Button tone={rig ? "plain" : "primary"} disabled={busy} onClick={() => void startRig(refinement.project_id, refinement.id).catch(complain)}>
              {busy ? "Rigging…" : rig ? "Rig again" : "Find a skeleton"}
            </Button>
          </div>
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
