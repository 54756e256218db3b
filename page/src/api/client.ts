// Typed requests: paths, parameters and answers come from the service's own schema, so that a
// change there is a compile error here.
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type With<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends object ? P : never;
}[keyof paths];
type JsonOf<R> = R extends { content: { "application/json": infer B } } ? B : undefined;
type Answers<O> = O extends { responses: infer R } ? R : never;
type Success<R> = R extends { 200: infer A }
  ? JsonOf<A>
  : R extends { 201: infer A }
    ? JsonOf<A>
    : R extends { 202: infer A }
      ? JsonOf<A>
      : undefined;
export type Answer<P extends keyof paths, M extends Method> = Success<Answers<Operation<P, M>>>;

type PathOf<O> = O extends { parameters: { path: infer V } } ? V : undefined;
type QueryOf<O> = O extends { parameters: { query?: infer V } } ? V : undefined;
type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer B } } }
  ? B
  : undefined;
interface Given<O> {
  path?: PathOf<O>;
  query?: QueryOf<O>;
  body?: BodyOf<O>;
  /** Bytes instead of JSON. */
  bytes?: Blob;
  signal?: AbortSignal;
}

/** A refusal by the service, or its silence, with what a person can do about it. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly advice: string,
  ) {
    super(message);
  }
}

let csrf: string | null = null;

/** Repeat this with every change; null where nobody logs in. */
export function useCsrf(token: string | null): void {
  csrf = token;
}

export async function call<M extends Method, P extends With<M>>(
  method: M,
  path: P,
  given: Given<Operation<P, M>> = {},
): Promise<Answer<P, M>> {
  const response = await fetch(address(path as string, given.path, given.query), {
    method: method.toUpperCase(),
    headers: headersFor(method, given.body, given.bytes),
    body: given.bytes ?? (given.body === undefined ? undefined : JSON.stringify(given.body)),
    signal: given.signal,
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServiceError(0, "The studio's service does not answer.", "Is it still running? Start it with `bozzetto studio` and try again.");
  });
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return undefined as Answer<P, M>;
  return (await response.json()) as Answer<P, M>;
}

function headersFor(method: Method, body: unknown, bytes: Blob | undefined): Headers {
  const headers = new Headers();
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (bytes) headers.set("Content-Type", "application/octet-stream");
  if (method !== "get" && csrf) headers.set("X-CSRF-Token", csrf);
  if (method === "post") headers.set("Idempotency-Key", freshKey());
  return headers;
}

function freshKey(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

function address(path: string, names: unknown, query: unknown): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((names as Record<string, unknown>)[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  return search.size ? `${filled}?${search}` : filled;
}

async function refusal(response: Response): Promise<ServiceError> {
  try {
    const problem = (await response.json()) as Problem;
    return new ServiceError(response.status, problem.detail, problem.advice ?? "");
  } catch {
    return new ServiceError(response.status, `The service answered ${response.status}.`, "Try again in a moment.");
  }
}

/** All pages of a list. */
export async function all<T>(
  fetchPage: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && items.length < 2000);
  return items;
}
