// Keyboard shortcuts: each view lists its own while it is shown, and the help sheet shows them.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export interface Shortcut {
  /** As in `Ctrl+Shift+Z`, `[`, `ArrowLeft`; Cmd counts as Ctrl. */
  keys: string;
  does: string;
  run: () => void;
}

const layers = signal<{ title: string; shortcuts: () => Shortcut[] }[]>([]);
export const helpOpen = signal(false);

export function listed(): { title: string; shortcuts: Shortcut[] }[] {
  return layers.value.map((layer) => ({ title: layer.title, shortcuts: layer.shortcuts() }));
}

/** Offer shortcuts while the calling component is shown. */
export function useShortcuts(title: string, shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const layer = { title, shortcuts: () => latest.current };
    layers.value = [...layers.value, layer];
    return () => {
      layers.value = layers.value.filter((other) => other !== layer);
    };
  }, [title]);
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const shifted = event.shiftKey && (key.length > 1 || /[A-Z]/.test(key));
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${shifted ? "Shift+" : ""}${key}`;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "range"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

addEventListener("keydown", (event) => {
  if (isTyping(event.target) || event.altKey || document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  if (event.target instanceof HTMLInputElement && event.key.startsWith("Arrow")) return;
  if (event.target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter")) return;
  for (const layer of [...layers.value].reverse()) {
    const found = layer.shortcuts().find((shortcut) => shortcut.keys.split(" or ").includes(name));
    if (found) {
      event.preventDefault();
      found.run();
      return;
    }
  }
});
