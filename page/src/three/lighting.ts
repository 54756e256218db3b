// Lighting presets: how much of the room, and up to three lamps.
import { DirectionalLight, Group, type Scene } from "three";

interface Lamp {
  color: number;
  intensity: number;
  from: readonly [number, number, number];
}

export const LIGHTINGS = ["studio", "daylight", "overcast", "rim"] as const;
export type Lighting = (typeof LIGHTINGS)[number];

const PRESETS: Record<Lighting, { room: number; lamps: readonly Lamp[] }> = {
  studio: { room: 0.8, lamps: [{ color: 0xfff4e8, intensity: 1.6, from: [1.6, 2, 2.4] }] },
  daylight: {
    room: 0.35,
    lamps: [
      { color: 0xffeed6, intensity: 3.6, from: [2, 2.6, 1.2] },
      { color: 0xcfe2ff, intensity: 0.7, from: [-2, 1, 1] },
    ],
  },
  overcast: { room: 1.35, lamps: [] },
  rim: {
    room: 0.08,
    lamps: [
      { color: 0xffd9bd, intensity: 4.5, from: [-2, 1.6, -2] },
      { color: 0xbcd3ff, intensity: 3, from: [2.2, 0.8, -1.6] },
      { color: 0xffffff, intensity: 0.35, from: [0.3, 1, 2] },
    ],
  },
};

/** Light a scene anew. */
export function lightBy(scene: Scene, lamps: Group, lighting: Lighting): void {
  const preset = PRESETS[lighting];
  scene.environmentIntensity = preset.room;
  lamps.clear();
  for (const lamp of preset.lamps) {
    const light = new DirectionalLight(lamp.color, lamp.intensity);
    light.position.set(...lamp.from);
    lamps.add(light);
  }
}
