// Step 6: what each target wants, whether the asset passes, and the files.
import type { Check, Export } from "../../api/types";
import { startExport } from "../../state/actions";
import { complain } from "../../state/notices";
import { exports, jobs, isOpen, newestJob, project, refinement } from "../../state/project";
import { linkTo } from "../../state/router";
import { capabilities, may } from "../../state/service";
import { Button, Empty } from "../../ui/basics";
import { bytes, words } from "../../ui/format";
import { FindingList } from "../../ui/findings";
import { Icon } from "../../ui/icons";
import { JobFailure } from "../../ui/job-bar";

export function Exports() {
  const finished = refinement.value;
  if (!finished) {
    return (
      <div class="alone">
        <Empty icon="export" title="Nothing to export yet">
          <p>Files are written from a finished asset.</p>
          <p><a href={linkTo(project.value?.id ?? "", "refine")}>Refine the approved draft</a></p>
        </Empty>
      </div>
    );
  }
  const job = newestJob("exports");
  return (
    <div class="exports">
      <header>
        <h2>Export</h2>
        <p class="fine">Each target is checked before its files are offered. The checks read the files as they were written.</p>
      </header>
      {job && <JobFailure job={job} />}
      <ul class="targets">
        {(capabilities.value?.targets ?? []).map((target) => (
          <Target key={target.name} name={target.name} summary={target.summary ?? ""} refinementId={finished.id} />
        ))}
      </ul>
    </div>
  );
}

function Target({ name, summary, refinementId }: { name: string; summary: string; refinementId: string }) {
  const made = exports.value.find((one) => one.target === name && one.refinement_id === refinementId);
  const busy = jobs.value.some((job) => job.kind === "exports" && isOpen(job) && job.options["target"] === name);
  const start = () => void startExport(project.value?.id ?? "", name, refinementId).catch(complain);
  return (
    <li class="target">
      <header>
        <h3>{name.length <= 4 ? name.toUpperCase() : words(name)}</h3>
        {made && <Verdict passed={made.passed} />}
        <div class="spring" />
        {may("artist") && (
          <Button tone={made ? "quiet" : "plain"} disabled={busy} label={`Check and write ${name}`} onClick={start}>
            {busy ? "Writing…" : made ? "Write again" : "Check and write"}
          </Button>
        )}
      </header>
      {summary && <p class="fine">{summary}</p>}
      {made && <Made made={made} />}
    </li>
  );
}

function Verdict({ passed }: { passed: boolean }) {
  return (
    <span class={`verdict ${passed ? "pass" : "fail"}`}>
      <Icon name={passed ? "check" : "warn"} />
      {passed ? "Passes" : "Does not pass"}
    </span>
  );
}

function Made({ made }: { made: Export }) {
  const files = made.bundle ? [made.bundle, ...made.files] : made.files;
  return (
    <>
      <Checks checks={made.checks} />
      {made.findings.length > 0 && <FindingList findings={made.findings} />}
      <ul class="downloads">
        {files.map((file) => (
          <li key={file.sha256 + file.name}>
            <a class="button" href={`${file.url}?download=true`} download={file.name}>
              <Icon name="download" />
              {file.name}
            </a>
            <span class="fine">{bytes(file.num_bytes)}{file === made.bundle ? ", all in one" : ""}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function Checks({ checks }: { checks: readonly Check[] }) {
  return (
    <table class="checks">
      <thead class="unseen">
        <tr>
          <th scope="col">Verdict</th>
          <th scope="col">Check</th>
          <th scope="col">Measured</th>
        </tr>
      </thead>
      <tbody>
        {[...checks].sort((a, b) => Number(a.passed) - Number(b.passed)).map((check) => (
          <tr key={check.name} class={check.passed ? "pass" : "fail"}>
            <td>
              <Icon name={check.passed ? "check" : "warn"} />
              <span class="unseen">{check.passed ? "passes" : "fails"}</span>
            </td>
            <th scope="row">{words(check.name)}</th>
            <td>{check.message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
