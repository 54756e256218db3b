// Short messages at the foot of the page: what went wrong and what to do about it.
import { signal } from "@preact/signals";
import { ServiceError } from "../api/client";

export interface Notice {
  id: number;
  tone: "good" | "bad";
  text: string;
  advice: string;
}

export const notices = signal<Notice[]>([]);
let last = 0;

export function say(text: string, advice = ""): void {
  add("good", text, advice);
}

/** Show an error in words; programming faults too, as silence helps nobody. */
export function complain(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (error instanceof ServiceError) add("bad", error.message, error.advice);
  else add("bad", "Something in the page went wrong.", error instanceof Error ? error.message : "");
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

function add(tone: Notice["tone"], text: string, advice: string): void {
  const id = ++last;
  const others = notices.value.filter((notice) => notice.text !== text);
  notices.value = [...others.slice(-2), { id, tone, text, advice }];
  setTimeout(() => dismiss(id), tone === "good" ? 4000 : 12000);
}
