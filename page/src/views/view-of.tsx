// The view of a step; those with three.js are loaded when they are first shown.
import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";
import { complain } from "../state/notices";
import type { View } from "../state/router";
import { Exports } from "./exports/exports";
import { MaskView } from "./mask/mask-view";
import { Photos } from "./photos/photos";
import { Refine } from "./refine/refine";

const HERE: Partial<Record<View, ComponentType>> = { photos: Photos, mask: MaskView, refine: Refine, export: Exports };
const LATER: Partial<Record<View, () => Promise<ComponentType>>> = {
  drafts: async () => (await import("./drafts/drafts")).Drafts,
  asset: async () => (await import("./asset/asset-view")).AssetView,
};
const loaded = new Map<View, ComponentType>();

export function ViewOf({ view }: { view: View }) {
  const [, redraw] = useState(0);
  const known = HERE[view] ?? loaded.get(view);
  useEffect(() => {
    const load = LATER[view];
    if (known || !load) return;
    load()
      .then((component) => {
        loaded.set(view, component);
        redraw((count) => count + 1);
      })
      .catch(complain);
  }, [view]);
  if (!known) return <p class="fine loading">Loading the 3D view…</p>;
  const Shown = known;
  return <Shown />;
}
