// What a running refinement has done, is doing and will do.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Job } from "../../api/types";
import { openJob } from "../../state/project";
import { duration } from "../../ui/format";

const STEPS = [
  { word: "mask", name: "Cut the photos out" },
  { word: "advice", name: "Look for what is wrong with them" },
  { word: "shape", name: "Shape, reduce and unwrap" },
  { word: "refine", name: "Texture" },
  { word: "certificate", name: "Measure the finished files" },
  { word: "previews", name: "Draw the sheet of pictures" },
] as const;

/** When each stage was first seen, in ms; the service says only what it does now. */
const seen = signal<{ job: string; times: Map<string, number> }>({ job: "", times: new Map() });

function see(job: Job): void {
  const word = job.stage.split(" ")[0] ?? "";
  const times = seen.value.job === job.id ? seen.value.times : new Map<string, number>();
  if (seen.value.job === job.id && (!word || times.has(word))) return;
  seen.value = { job: job.id, times: word ? new Map(times).set(word, performance.now()) : times };
}

export function Stages() {
  const job = openJob("refinements");
  useEffect(() => {
    if (job) see(job);
  }, [job?.id, job?.stage]);
  if (!job) return null;
  const now = STEPS.findIndex((step) => job.stage.startsWith(step.word));
  return (
    <div class="stages">
      <h2>Refining</h2>
      <p class="big" aria-live="polite">
        {Math.round(job.percent)} %
        <span class="fine">{job.remaining_seconds === null ? ` ${duration(job.elapsed_seconds)} so far` : ` about ${duration(job.remaining_seconds)} left`}</span>
      </p>
      <progress max={100} value={job.percent} aria-label="Refining, percent done" />
      <ol>
        {STEPS.map((step, index) => {
          const state = index < now ? "done" : index === now ? "now" : "";
          return (
            <li key={step.word} class={state} aria-current={state === "now" ? "step" : undefined}>
              <span>{step.name}</span>
              <span class="fine">{state === "now" ? job.stage : state === "done" ? took(index) : ""}</span>
            </li>
          );
        })}
      </ol>
      <p class="fine">You may leave this page: the work goes on, and the result will be here.</p>
    </div>
  );
}

function took(index: number): string {
  const { times } = seen.value;
  const from = times.get(STEPS[index]?.word ?? "");
  const next = STEPS.slice(index + 1).map((step) => times.get(step.word)).find((time) => time !== undefined);
  return from === undefined || next === undefined ? "done" : duration((next - from) / 1000);
}
