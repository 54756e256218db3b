// Step 6: what each target wants, whether the asset passes, and the files.
import { useState } from "preact/hooks";
import type { Check, Export, Refinement } from "../../api/types";
import { startExport } from "../../state/actions";
import { complain } from "../../state/notices";
import { exports, jobs, isOpen, newestJob, project, refinement, rigs } from "../../state/project";
import { linkTo } from "../../state/router";
import { capabilities, may } from "../../state/service";
import { Button, Empty, Toggle } from "../../ui/basics";
import { bytes, plural, words } from "../../ui/format";
import { FindingList } from "../../ui/findings";
import { Icon } from "../../ui/icons";
import { JobFailure } from "../../ui/job-bar";
import { Changes, ProfileRules } from "./profiles";
import { compact, isSize } from "./size";

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
  return <Offers finished={finished} />;
}

function Offers({ finished }: { finished: Refinement }) {
  const [size, setSize] = useState("");
  const [withRig, setWithRig] = useState(false);
  const rig = rigs.value.find((one) => one.refinement_id === finished.id && one.model) ?? null;
  const job = newestJob("exports");
  const wanted = compact(size);
  const form = capabilities.value?.size;
  const bad = wanted !== "" && !isSize(wanted, form?.pattern ?? "");
  const order: Order = { refinementId: finished.id, size: wanted || null, rigId: withRig && rig ? rig.id : null, ready: !bad };
  const targets = capabilities.value?.targets ?? [];
  return (
    <div class="exports">
      <header>
        <h2>Export</h2>
        <p class="fine">Files are read back and compared with the asset before they are offered.</p>
        <div class="export-options">
          <label class="field">
            <span>Real size, such as height=42cm</span>
            <input type="text" value={size} placeholder="as it is" aria-invalid={bad} onInput={(event) => setSize(event.currentTarget.value)} />
          </label>
          {rig && <Toggle label="With skeleton" checked={withRig} onChange={setWithRig} />}
        </div>
        {bad && <p class="refused" role="alert">{form?.advice}</p>}
      </header>
      {job && <JobFailure job={job} />}
      {GROUPS.map(({ title, has }) => (
        <section key={title}>
          <h3>{title}</h3>
          <ul class="targets">
            {targets.filter(has).map((target) => (
              <Target key={target.name} name={target.name} title={titleOf(target)} summary={target.name === "bundle" ? (target.summary ?? "") : ""} order={order} />
            ))}
          </ul>
        </section>
      ))}
      <section>
        <h3>For a shop or an engine's limits</h3>
        <p class="fine">A variant is made that keeps to the rules which are published there, and held against each of them.</p>
        <ul class="targets">
          {(capabilities.value?.profiles ?? []).map((profile) => (
            <Target key={profile.name} name="glb" profile={profile.name} title={profile.summary || words(profile.name)} summary="" order={order} />
          ))}
        </ul>
      </section>
    </div>
  );
}

interface Named {
  name: string;
  summary?: string;
}

/** Formats have no words of their own; programs and shops have. */
const GROUPS: readonly { title: string; has: (target: Named) => boolean }[] = [
  { title: "Everything", has: ({ name }) => name === "bundle" },
  { title: "For a program", has: ({ name, summary }) => name !== "bundle" && Boolean(summary) },
  { title: "As a format", has: ({ summary }) => !summary },
];

interface Order {
  refinementId: string;
  size: string | null;
  rigId: string | null;
  ready: boolean;
}

/** Programs have a name of their own; formats are written as their suffixes. */
function titleOf({ name, summary }: Named): string {
  if (summary && name !== "bundle") return summary;
  return /^[a-z0-9]{3,4}(-web)?$/.test(name) ? name.toUpperCase() : words(name);
}

interface TargetProps {
  name: string;
  title: string;
  summary: string;
  order: Order;
  /** Fit to this profile. */
  profile?: string;
}

function Target({ name, title, summary, order, profile }: TargetProps) {
  const mine = (fitted: string | null | undefined, target: unknown) => (fitted ?? undefined) === profile && target === name;
  const made = exports.value.find((one) => mine(one.fitted ? one.profile?.name : null, one.target) && one.refinement_id === order.refinementId);
  const busy = jobs.value.some((job) => job.kind === "exports" && isOpen(job) && mine(job.options["profile"] as string | null, job.options["target"]));
  const start = () => void startExport(project.value?.id ?? "", { target: name, refinement_id: order.refinementId, size: order.size, rig_id: order.rigId, profile: profile ?? null }).catch(complain);
  return (
    <li class="target">
      <header>
        <h4>{title}</h4>
        {made && <Verdict passed={made.passed} />}
        <div class="spring" />
        {may("artist") && (
          <Button tone={made ? "quiet" : "plain"} disabled={busy || !order.ready} label={`Check and write ${title}`} onClick={start}>
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
      {made.profile && <ProfileRules verdict={made.profile} />}
      <Changes made={made} />
      {made.checks.length > 0 && <Folded checks={made.checks} />}
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

/** What failed at once; what passed on demand. */
function Folded({ checks }: { checks: readonly Check[] }) {
  const failed = checks.filter((check) => !check.passed);
  return (
    <>
      {failed.length > 0 && <Checks checks={failed} />}
      <details>
        <summary>Read back: {plural(checks.length, "check")}</summary>
        <Checks checks={checks} />
      </details>
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
