// A real size as people type it; the service says how one is written.

/** Write a size as the service's pattern has it: without spaces, in small letters. */
export function compact(text: string): string {
  return text.replace(/\s+/g, "").toLowerCase();
}

/** Whether the service reads a compact text as a size. */
export function isSize(text: string, pattern: string): boolean {
  return new RegExp(`^${pattern}$`).test(text);
}
