// How the asset is looked at.
import type { Finding } from "../../api/types";
import type { Channel } from "../../three/channels";
import type { Lighting } from "../../three/environment";

export interface AssetLook {
  level: number;
  channel: Channel;
  lighting: Lighting;
  wireframe: boolean;
  grid: boolean;
  turning: boolean;
  measuring: boolean;
  /** As a shop would show it. */
  product: boolean;
  rigged: boolean;
  bones: boolean;
  clip: string | null;
  /** The finding whose place is shown. */
  finding: Finding | null;
}

export const firstLook: AssetLook = {
  level: 0,
  channel: "lit",
  lighting: "studio",
  wireframe: false,
  grid: true,
  turning: false,
  measuring: false,
  product: false,
  rigged: false,
  bones: true,
  clip: null,
  finding: null,
};
