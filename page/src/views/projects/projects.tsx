// All projects, newest first, and a new one.
import { useEffect, useState } from "preact/hooks";
import { all, call } from "../../api/client";
import type { Project } from "../../api/types";
import { complain } from "../../state/notices";
import { goTo, linkTo } from "../../state/router";
import { may } from "../../state/service";
import { Button, Empty } from "../../ui/basics";
import { plural, when } from "../../ui/format";
import { Icon } from "../../ui/icons";

export function Projects() {
  const [list, setList] = useState<Project[] | null>(null);
  useEffect(() => {
    all((cursor) => call("get", "/v1/projects", { query: { cursor } })).then(setList, complain);
  }, []);
  return (
    <main id="main" tabIndex={-1} class="projects">
      <header>
        <h1>Projects</h1>
        {may("artist") && <NewProject />}
      </header>
      {list?.length === 0 && (
        <Empty icon="photos" title="No projects yet">
          <p>Name an object above, then drop one to four photos of it.</p>
        </Empty>
      )}
      <ul class="cards">
        {list?.map((project) => (
          <li key={project.id}>
            <a href={linkTo(project.id, "photos")}>
              <span class="cover">{project.cover ? <img src={project.cover.url} alt="" loading="lazy" /> : <Icon name="photos" />}</span>
              <strong>{project.title}</strong>
              <span class="fine">
                {plural(project.num_photos, "photo")} · {when(project.created_at)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}

function NewProject() {
  const [title, setTitle] = useState("");
  const make = async (event: Event) => {
    event.preventDefault();
    const made = await call("post", "/v1/projects", { body: { title: title.trim() || "Untitled" } });
    goTo(made.id, "photos");
  };
  return (
    <form class="new-project" onSubmit={(event) => void make(event).catch(complain)}>
      <label>
        <span class="unseen">Name of the object</span>
        <input type="text" maxLength={200} placeholder="Name of the object" value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <Button tone="primary" icon="plus" type="submit">
        New project
      </Button>
    </form>
  );
}
