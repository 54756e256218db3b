// A job as a person wants it: what it does, how far it is, how long it will take, and a way out.
import type { Job } from "../api/types";
import { complain } from "../state/notices";
import { cancelJob, isOpen } from "../state/project";
import { Button } from "./basics";
import { duration } from "./format";
import { Icon } from "./icons";

const NAMES: Record<string, string> = { masks: "Cutting out", drafts: "Making drafts", refinements: "Refining", rigs: "Rigging", exports: "Writing files" };

export function jobName(job: Job): string {
  return NAMES[job.kind] ?? job.kind;
}

function standing(job: Job): string {
  if (job.state === "queued") return "waiting for its turn";
  const left = job.remaining_seconds;
  const time = left === null ? `${duration(job.elapsed_seconds)} so far` : `about ${duration(left)} left`;
  return [job.stage, time].filter(Boolean).join(" · ");
}

export function JobBar({ job }: { job: Job }) {
  return (
    <div class="job" role="group" aria-label={jobName(job)}>
      <div class="job-words">
        <strong>{jobName(job)}</strong>
        <span class="stage">{standing(job)}</span>
      </div>
      <progress max={100} value={job.state === "queued" ? undefined : job.percent} aria-label={`${jobName(job)}, percent done`} />
      {isOpen(job) && (
        <Button tone="quiet" onClick={() => void cancelJob(job).catch(complain)}>
          Cancel
        </Button>
      )}
    </div>
  );
}

export function JobFailure({ job }: { job: Job }) {
  if (job.state !== "failed" || !job.error) return null;
  return (
    <div class="failure" role="alert">
      <Icon name="warn" />
      <div>
        <strong>{jobName(job)} did not work.</strong>
        <p>{job.error.cause}</p>
        {job.error.advice && <p class="fix">{job.error.advice}</p>}
      </div>
    </div>
  );
}
