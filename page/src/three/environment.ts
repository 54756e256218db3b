// Lighting presets, painted: a small picture of the surroundings for each, and at most one lamp
// that casts highlights sharper than so small a picture can hold.
import { DataTexture, DirectionalLight, EquirectangularReflectionMapping, FloatType, PMREMGenerator, RGBAFormat, Vector3, type Texture, type WebGLRenderer } from "three";

export const LIGHTINGS = ["studio", "daylight", "overcast", "rim"] as const;
export type Lighting = (typeof LIGHTINGS)[number];

type Rgb = readonly [number, number, number];

/** A soft lamp: its direction, its half width in radians, and its radiance. */
interface Box {
  from: Rgb;
  width: number;
  color: Rgb;
}

interface Preset {
  above: Rgb;
  beside: Rgb;
  below: Rgb;
  boxes: readonly Box[];
  lamp: { from: Rgb; color: number; intensity: number };
}

const PRESETS: Record<Lighting, Preset> = {
  studio: {
    above: [0.4, 0.4, 0.42],
    beside: [0.25, 0.25, 0.26],
    below: [0.12, 0.115, 0.11],
    boxes: [
      { from: [1, 1.1, 1.2], width: 0.5, color: [5, 4.85, 4.6] },
      { from: [-1.5, 0.5, 0.8], width: 0.45, color: [1.1, 1.15, 1.3] },
      { from: [0.2, 0.9, -1.6], width: 0.4, color: [1.6, 1.6, 1.6] },
    ],
    lamp: { from: [1, 1.1, 1.2], color: 0xfff4e8, intensity: 0.6 },
  },
  daylight: {
    above: [0.5, 0.72, 1.15],
    beside: [0.75, 0.82, 0.9],
    below: [0.24, 0.21, 0.17],
    boxes: [],
    lamp: { from: [1.2, 1.7, 0.9], color: 0xffefd8, intensity: 3.2 },
  },
  overcast: { above: [1.35, 1.38, 1.42], beside: [0.95, 0.97, 1], below: [0.32, 0.31, 0.3], boxes: [], lamp: { from: [0, 1, 0], color: 0xffffff, intensity: 0 } },
  rim: {
    above: [0.05, 0.05, 0.06],
    beside: [0.04, 0.04, 0.05],
    below: [0.02, 0.02, 0.02],
    boxes: [
      { from: [-1.3, 0.7, -0.9], width: 0.5, color: [11, 8, 6] },
      { from: [1.4, 0.4, -0.7], width: 0.5, color: [5, 7, 10] },
    ],
    lamp: { from: [0.3, 0.8, 1.4], color: 0xffffff, intensity: 0.35 },
  },
};

const WIDTH = 256;
const HEIGHT = 128;

/** Light that comes from all around, made ready for rough and for smooth surfaces. */
export function environmentOf(renderer: WebGLRenderer, lighting: Lighting): Texture {
  const generator = new PMREMGenerator(renderer);
  const painted = paint(PRESETS[lighting]);
  const light = generator.fromEquirectangular(painted).texture;
  painted.dispose();
  generator.dispose();
  return light;
}

export function lampOf(lighting: Lighting): DirectionalLight {
  const { from, color, intensity } = PRESETS[lighting].lamp;
  const lamp = new DirectionalLight(color, intensity);
  lamp.position.set(...from);
  return lamp;
}

function paint(preset: Preset): DataTexture {
  const pixels = new Float32Array(WIDTH * HEIGHT * 4);
  const boxes = preset.boxes.map((box) => ({ ...box, axis: new Vector3(...box.from).normalize() }));
  const direction = new Vector3();
  for (let row = 0; row < HEIGHT; row += 1) {
    const up = Math.PI * ((row + 0.5) / HEIGHT - 0.5);
    const sky = gradient(preset, Math.sin(up));
    for (let column = 0; column < WIDTH; column += 1) {
      const around = 2 * Math.PI * ((column + 0.5) / WIDTH - 0.5);
      direction.set(Math.cos(up) * Math.cos(around), Math.sin(up), Math.cos(up) * Math.sin(around));
      const at = 4 * (row * WIDTH + column);
      const color = [...sky] as [number, number, number];
      for (const box of boxes) {
        const inside = smooth((box.width - direction.angleTo(box.axis)) / (0.25 * box.width));
        for (let i = 0; i < 3; i += 1) color[i as 0 | 1 | 2] += inside * (box.color[i as 0 | 1 | 2] ?? 0);
      }
      pixels.set([...color, 1], at);
    }
  }
  const texture = new DataTexture(pixels, WIDTH, HEIGHT, RGBAFormat, FloatType);
  texture.mapping = EquirectangularReflectionMapping;
  texture.needsUpdate = true;
  return texture;
}

function gradient({ above, beside, below }: Preset, height: number): Rgb {
  const share = smooth(Math.abs(height) * 1.4);
  const end = height > 0 ? above : below;
  return [0, 1, 2].map((i) => (beside[i as 0] ?? 0) * (1 - share) + (end[i as 0] ?? 0) * share) as unknown as Rgb;
}

function smooth(value: number): number {
  const t = Math.min(1, Math.max(0, value));
  return t * t * (3 - 2 * t);
}
