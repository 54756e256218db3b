// The shell: who may come in, the steps of a project, and the view that is shown.
import { useEffect, useState } from "preact/hooks";
import { complain } from "./state/notices";
import { closeProject, jobs, isOpen, loading, openProject, project } from "./state/project";
import { place } from "./state/router";
import { enter, me, needsToken } from "./state/service";
import { helpOpen, useShortcuts } from "./state/shortcuts";
import { toggleTheme } from "./state/theme";
import { Empty } from "./ui/basics";
import { Help } from "./ui/help";
import { JobBar } from "./ui/job-bar";
import { Notices } from "./ui/notices";
import { Login } from "./views/login";
import { Projects } from "./views/projects/projects";
import { Steps, goToStep } from "./views/steps";
import { TopBar } from "./views/top-bar";
import { ViewOf } from "./views/view-of";

export function App() {
  const [failure, setFailure] = useState("");
  useEffect(() => {
    enter().catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
  }, []);
  useShortcuts("Everywhere", [
    { keys: "?", does: "Show these shortcuts", run: () => (helpOpen.value = true) },
    { keys: "Shift+L", does: "Dark or light", run: toggleTheme },
  ]);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the work
      </a>
      <TopBar />
      <Inside failure={failure} />
      <Help />
      <Notices />
    </>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Inside({ failure }: { failure: string }) {
  if (failure) {
    return (
      <main id="main" tabIndex={-1} class="alone">
        <Empty icon="warn" title="The studio's service does not answer">
          <p>{failure}</p>
          <p>Start it with <code>bozzetto studio</code>, then load this page again.</p>
        </Empty>
      </main>
    );
  }
  if (needsToken.value) return <Login />;
  if (!me.value) return <main id="main" tabIndex={-1} class="alone" aria-busy="true" />;
  return place.value.projectId ? <Workspace id={place.value.projectId} /> : <Projects />;
}

function Workspace({ id }: { id: string }) {
  const [missing, setMissing] = useState("");
  useEffect(() => {
    setMissing("");
    openProject(id).catch((error: unknown) => setMissing(error instanceof Error ? error.message : String(error)));
    return closeProject;
  }, [id]);
  useShortcuts("Project", ["Photos", "Mask", "Drafts", "Refine", "Asset", "Export"].map((name, index) => ({ keys: `Shift+${"PMDRAE"[index]}`, does: `Go to ${name}`, run: () => goToStep(index) })));
  if (missing) {
    return (
      <main id="main" tabIndex={-1} class="alone">
        <Empty icon="warn" title="This project cannot be opened">
          <p>{missing}</p>
          <p><a href="#/">All projects</a></p>
        </Empty>
      </main>
    );
  }
  return (
    <div class="workspace">
      <Steps />
      <main id="main" tabIndex={-1} aria-busy={loading.value}>
        {project.value?.id === id && !loading.value && <ViewOf view={place.value.view} />}
      </main>
      <JobStrip />
    </div>
  );
}

function JobStrip() {
  const open = jobs.value.filter(isOpen);
  if (open.length === 0) return null;
  return (
    <footer class="jobs" aria-label="Running jobs">
      {open.map((job) => (
        <JobBar key={job.id} job={job} />
      ))}
    </footer>
  );
}

addEventListener("unhandledrejection", (event) => complain(event.reason));
