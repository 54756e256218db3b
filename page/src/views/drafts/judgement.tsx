// Why a draft stands where it stands, and what a person says of it.
import { useState } from "preact/hooks";
import type { Draft, Approval } from "../../api/types";
import { judge } from "../../state/actions";
import { complain, say } from "../../state/notices";
import { approvals } from "../../state/project";
import { goTo } from "../../state/router";
import { may } from "../../state/service";
import { useShortcuts } from "../../state/shortcuts";
import { Button, Section } from "../../ui/basics";
import { FindingList } from "../../ui/findings";
import { percent, when, words } from "../../ui/format";

export function Judgement({ draft }: { draft: Draft }) {
  const warnings = draft.findings.filter((finding) => finding.severity !== "info");
  return (
    <>
      <Section title={`Draft ${draft.rank}`} aside={<span class="fine">{draft.engine}, seed {draft.seed}</span>}>
        <ul class="reasons">
          {[...draft.reasons].sort((a, b) => b.weight - a.weight).map((reason) => (
            <li key={reason.name}>
              <span class="reason-name">{words(reason.name)}</span>
              <meter min={0} max={1} low={0.4} high={0.7} optimum={1} value={reason.score} aria-label={`${words(reason.name)}: ${percent(reason.score)}`} />
              <p>{reason.text}</p>
            </li>
          ))}
        </ul>
        {warnings.length > 0 && <FindingList findings={warnings} />}
      </Section>
      <Decide draft={draft} />
    </>
  );
}

function Decide({ draft }: { draft: Draft }) {
  const [reason, setReason] = useState("");
  const [asking, setAsking] = useState(false);
  const decide = async (decision: "approved" | "rejected") => {
    if (decision === "rejected" && !reason.trim()) {
      setAsking(true);
      return;
    }
    await judge(draft.project_id, { draft_id: draft.id, sha256: draft.sha256, decision, reason: reason.trim() });
    setAsking(false);
    setReason("");
    if (decision === "approved") {
      say(`Draft ${draft.rank} is approved.`);
      goTo(draft.project_id, "refine");
    } else say(`Draft ${draft.rank} is rejected.`);
  };
  const allowed = may("approver");
  useShortcuts("Judge", [
    { keys: "A", does: "Approve the chosen draft", run: () => void (allowed && decide("approved").catch(complain)) },
    { keys: "X", does: "Reject the chosen draft", run: () => void (allowed && decide("rejected").catch(complain)) },
  ]);
  const earlier = approvals.value.filter((one) => one.draft_id === draft.id);
  return (
    <Section title="Your judgement">
      {allowed ? (
        <>
          <label class="field">
            <span>Reason {asking && <em class="refused">A rejection wants one.</em>}</span>
            <textarea rows={2} maxLength={2000} value={reason} aria-invalid={asking} placeholder="What is good, or what should be different" onInput={(event) => setReason(event.currentTarget.value)} />
          </label>
          <div class="actions">
            <Button tone="primary" icon="check" keys="A" onClick={() => void decide("approved").catch(complain)}>
              Approve
            </Button>
            <Button icon="close" keys="X" onClick={() => void decide("rejected").catch(complain)}>
              Reject
            </Button>
          </div>
        </>
      ) : (
        <p class="fine">Your role may look, but not approve or reject.</p>
      )}
      {earlier.length > 0 && <Record list={earlier} />}
      <p class="fine" title={draft.sha256}>Hash {draft.sha256.slice(0, 12)}… goes on record with the judgement.</p>
    </Section>
  );
}

function Record({ list }: { list: readonly Approval[] }) {
  return (
    <ul class="record">
      {list.map((one) => (
        <li key={one.id}>
          <strong>{words(one.decision)}</strong> by {one.decided_by}, {when(one.decided_at)}
          {one.reason && <p>“{one.reason}”</p>}
        </li>
      ))}
    </ul>
  );
}
