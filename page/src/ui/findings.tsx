// Findings as chips and as a list: the fact, the fix, and where it is.
import type { Finding } from "../api/types";
import { Icon } from "./icons";
import { words } from "./format";

const ORDER = { error: 0, warning: 1, info: 2 } as const;
const SEVERITY = { error: "Problem", warning: "Warning", info: "Note" } as const;

export function sorted(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

/** The last parts of a code, which name the thing: `photo.blur.motion` is `Blur motion`. */
export function shortName(finding: Finding): string {
  return words(finding.code.split(".").slice(1).join(" ") || finding.code);
}

interface ListProps {
  findings: readonly Finding[];
  chosen?: Finding | null;
  onChoose?: (finding: Finding) => void;
  /** Offered for findings that are somewhere on the asset. */
  onPlace?: (finding: Finding) => void;
  none?: string;
}

export function FindingList({ findings, chosen, onChoose, onPlace, none = "Nothing to remark." }: ListProps) {
  if (findings.length === 0) return <p class="fine">{none}</p>;
  return (
    <ul class="findings">
      {sorted(findings).map((finding, index) => (
        <li key={`${finding.code}-${finding.subject}-${index}`} class={finding.severity}>
          <Icon name={finding.severity === "info" ? "info" : "warn"} />
          <div>
            <strong>
              <span class="unseen">{SEVERITY[finding.severity]}: </span>
              {shortName(finding)}
            </strong>
            <p>{finding.message}</p>
            {finding.fix && <p class="fix">{finding.fix}</p>}
            {onPlace && finding.place && (
              <button type="button" class="link" aria-pressed={chosen === finding} onClick={() => onPlace(finding)}>
                Show on the asset
              </button>
            )}
            {onChoose && finding.where && (
              <button type="button" class="link" aria-pressed={chosen === finding} onClick={() => onChoose(finding)}>
                Show where
              </button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
