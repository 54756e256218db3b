// The bar at the top: where one is, theme, shortcuts, who one is.
import { project } from "../state/project";
import { place } from "../state/router";
import { logOut, me } from "../state/service";
import { helpOpen } from "../state/shortcuts";
import { theme, toggleTheme } from "../state/theme";
import { complain } from "../state/notices";
import { Button } from "../ui/basics";
import { Mark } from "../ui/icons";

export function TopBar() {
  const dark = theme.value === "dark";
  return (
    <header class="top">
      <a class="brand" href="#/" aria-label="Bozzetto studio, all projects">
        <Mark />
        <span>Bozzetto</span>
      </a>
      {place.value.projectId && project.value && (
        <h1 class="crumb" title={project.value.title}>
          {project.value.title}
        </h1>
      )}
      <div class="spring" />
      {me.value && me.value.csrf && (
        <>
          <span class="who">
            {me.value.name} · {me.value.role}
          </span>
          <Button tone="quiet" onClick={() => void logOut().catch(complain)}>
            Log out
          </Button>
        </>
      )}
      <Button tone="quiet" icon="keys" label="Keyboard shortcuts" keys="?" onClick={() => (helpOpen.value = true)} />
      <Button tone="quiet" icon={dark ? "sun" : "moon"} label={dark ? "Light colours" : "Dark colours"} keys="Shift+L" onClick={toggleTheme} />
    </header>
  );
}
