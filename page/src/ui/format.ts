// Numbers, times and names as people read them.
export function duration(seconds: number): string {
  if (seconds < 1) return "under 1 s";
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function bytes(count: number): string {
  if (count < 1e3) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}

export const whole = (count: number): string => count.toLocaleString("en-GB");
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

export function metres(length: number): string {
  if (length < 0.01) return `${(length * 1000).toFixed(1)} mm`;
  if (length < 1) return `${(length * 100).toFixed(1)} cm`;
  return `${length.toFixed(3)} m`;
}

export function when(time: string): string {
  return new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** A code or a name with underscores as words. */
export function words(name: string): string {
  const text = name.replace(/[_.-]+/g, " ").replace(/([a-z])([A-Z])/g, "$1 $2").replace(/\biou\b/, "overlap").trim().toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const plural = (count: number, one: string): string => `${whole(count)} ${one}${count === 1 ? "" : "s"}`;
