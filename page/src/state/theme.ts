// Dark or light: the system's choice until the person makes one.
import { effect, signal } from "@preact/signals";

export type Theme = "dark" | "light";
const KEY = "bozzetto.theme";
const system = matchMedia("(prefers-color-scheme: light)");

function first(): Theme {
  const kept = localStorage.getItem(KEY);
  if (kept === "dark" || kept === "light") return kept;
  return system.matches ? "light" : "dark";
}

export const theme = signal<Theme>(first());
effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});
system.addEventListener("change", () => {
  if (!localStorage.getItem(KEY)) theme.value = system.matches ? "light" : "dark";
});

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, theme.value);
}

export const calm = matchMedia("(prefers-reduced-motion: reduce)");
