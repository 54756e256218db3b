// Undo and redo of strokes: a list that grows at its end, and what was taken off it.
import type { Painted } from "./brush";

export interface History {
  done: readonly Painted[];
  undone: readonly Painted[];
}

export const nothing: History = { done: [], undone: [] };

export const paint = (history: History, stroke: Painted): History => ({ done: [...history.done, stroke], undone: [] });

export function undo(history: History): History {
  const last = history.done.at(-1);
  return last ? { done: history.done.slice(0, -1), undone: [...history.undone, last] } : history;
}

export function redo(history: History): History {
  const last = history.undone.at(-1);
  return last ? { done: [...history.done, last], undone: history.undone.slice(0, -1) } : history;
}

/** The strokes that the service does not know yet. */
export function freshOf(done: readonly Painted[], applied: readonly Painted[]): readonly Painted[] {
  const same = done.findIndex((stroke, index) => stroke !== applied[index]);
  return same < 0 ? [] : done.slice(same);
}

export const isSame = (done: readonly Painted[], applied: readonly Painted[]): boolean => done.length === applied.length && freshOf(done, applied).length === 0;
