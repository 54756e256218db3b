// Jobs as they change, by server-sent events.
import type { Job } from "./types";

/** Follow a project's jobs until the returned function is called. */
export function followJobs(
  projectId: string,
  onJob: (job: Job) => void,
  onReconnect: () => void,
): () => void {
  const source = new EventSource(`/v1/projects/${projectId}/events`);
  let lost = false;
  source.addEventListener("job", (event) => onJob(JSON.parse((event as MessageEvent<string>).data) as Job));
  source.addEventListener("error", () => {
    lost = true;
  });
  source.addEventListener("open", () => {
    if (lost) onReconnect();
    lost = false;
  });
  return () => source.close();
}
