// The sheet of keyboard shortcuts: of the view that is shown, and of the page.
import { helpOpen, listed } from "../state/shortcuts";
import { Dialog } from "./basics";

export function Help() {
  if (!helpOpen.value) return null;
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => (helpOpen.value = false)}>
      <div class="help">
        {listed().map((layer) => (
          <section key={layer.title}>
            <h3>{layer.title}</h3>
            <dl>
              {layer.shortcuts.map((shortcut) => (
                <div key={shortcut.keys}>
                  <dt>
                    {shortcut.keys.split(" or ").map((keys) => (
                      <kbd key={keys}>{keys === " " ? "Space" : keys}</kbd>
                    ))}
                  </dt>
                  <dd>{shortcut.does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
