// What the service can do, who asks, and how long things take here.
import { signal } from "@preact/signals";
import { call, ServiceError, useCsrf } from "../api/client";
import type { Capabilities, Estimates, Me } from "../api/types";

export const me = signal<Me | null>(null);
export const needsToken = signal(false);
export const capabilities = signal<Capabilities | null>(null);
export const estimates = signal<Estimates | null>(null);

const RANKS = ["viewer", "artist", "approver", "admin"];

/** Tell whether the person may do what takes a role. */
export function may(role: "artist" | "approver" | "admin"): boolean {
  return RANKS.indexOf(me.value?.role ?? "viewer") >= RANKS.indexOf(role);
}

export async function enter(): Promise<void> {
  try {
    welcome(await call("get", "/v1/me"));
  } catch (error) {
    if (!(error instanceof ServiceError && error.status === 401)) throw error;
    needsToken.value = true;
    return;
  }
  await loadService();
}

export async function logIn(token: string): Promise<void> {
  welcome(await call("post", "/v1/session", { body: { token } }));
  await loadService();
}

export async function logOut(): Promise<void> {
  await call("delete", "/v1/session");
  location.reload();
}

export async function loadEstimates(): Promise<void> {
  estimates.value = await call("get", "/v1/estimates");
}

async function loadService(): Promise<void> {
  capabilities.value = await call("get", "/v1/capabilities");
  await loadEstimates();
}

function welcome(who: Me): void {
  useCsrf(who.csrf);
  me.value = who;
  needsToken.value = false;
}
