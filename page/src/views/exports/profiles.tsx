// What shops and engines take: held against each rule before anything is downloaded.
import type { Export, ProfileVerdict } from "../../api/types";
import { plural } from "../../ui/format";
import { Icon } from "../../ui/icons";

export function ProfileRules({ verdict }: { verdict: ProfileVerdict }) {
  const broken = verdict.rules.filter((rule) => rule.passed === false);
  const unknown = verdict.rules.filter((rule) => rule.passed === null).length;
  return (
    <>
      <p class="fine">
        {verdict.title}: {verdict.accepted ? "no hard rule is broken" : "a hard rule is broken"}, {plural(verdict.rules.length, "rule")}
        {unknown > 0 ? `, ${unknown} not measured` : ""}.
      </p>
      {broken.length > 0 && <Rules rules={broken} />}
      <details>
        <summary>All rules and their sources</summary>
        <Rules rules={verdict.rules} />
      </details>
    </>
  );
}

function Rules({ rules }: { rules: ProfileVerdict["rules"] }) {
  return (
    <table class="checks">
      <thead class="unseen">
        <tr>
          <th scope="col">Verdict</th>
          <th scope="col">Rule</th>
          <th scope="col">Measured</th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule, index) => (
          <tr key={index} class={rule.passed === null ? "" : rule.passed ? "pass" : rule.hard ? "fail" : "soft"}>
            <td>
              <Icon name={rule.passed === false ? "warn" : rule.passed ? "check" : "info"} />
              <span class="unseen">{rule.passed === null ? "not measured" : rule.passed ? "passes" : "fails"}</span>
            </td>
            <th scope="row" title={rule.source}>
              {rule.what}
              {!rule.hard && <span class="fine"> (advice)</span>}
            </th>
            <td>
              {rule.measured}, wanted {rule.wanted}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Changes({ made }: { made: Export }) {
  if (!made.fitted) return null;
  if (made.changes.length === 0) return <p class="fine">Nothing had to be changed.</p>;
  return (
    <details>
      <summary>{plural(made.changes.length, "change")} to make it fit</summary>
      <ul class="bullets">
        {made.changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
    </details>
  );
}
