// The texture channels of an asset, drawn alone and unlit.
import { BufferGeometry, Mesh, MeshStandardMaterial, NearestFilter, ShaderMaterial, Texture, type Object3D } from "three";
import { meshesOf } from "./models";

export const CHANNELS = ["lit", "base colour", "normal", "roughness", "metallic", "occlusion", "uv checker", "confidence", "origin"] as const;
export type Channel = (typeof CHANNELS)[number];

const VERTEX = `
#include <common>
#include <skinning_pars_vertex>
varying vec2 place;
void main() {
  place = uv;
  #include <beginnormal_vertex>
  #include <skinbase_vertex>
  #include <begin_vertex>
  #include <skinning_vertex>
  #include <project_vertex>
}`;

// Textures hold display values here, whatever they mean, and are shown as they are.
const FRAGMENT = `
uniform sampler2D picture;
uniform int channel;
uniform vec4 factor;
varying vec2 place;
vec3 ramp(float t) {
  vec3 low = vec3(0.27, 0.0, 0.33), middle = vec3(0.13, 0.57, 0.55), high = vec3(0.99, 0.91, 0.15);
  return t < 0.5 ? mix(low, middle, 2.0 * t) : mix(middle, high, 2.0 * t - 1.0);
}
vec3 checker(vec2 uv) {
  vec2 cell = floor(uv * 32.0);
  float odd = mod(cell.x + cell.y, 2.0);
  vec3 hue = vec3(fract(uv.x), fract(uv.y), 0.6);
  return mix(hue * 0.55 + 0.1, hue * 0.5 + 0.5, odd);
}
void main() {
  vec4 texel = texture2D(picture, place);
  vec3 shown = texel.rgb * factor.rgb;
  if (channel == 3) shown = vec3(texel.g * factor.g);
  if (channel == 4) shown = vec3(texel.b * factor.b);
  if (channel == 5) shown = vec3(texel.r);
  if (channel == 6) shown = checker(place);
  if (channel == 7) shown = ramp(texel.r);
  if (channel == 8) {
    float kind = floor(texel.r * 255.0 + 0.5);
    shown = kind < 1.5 ? vec3(0.25, 0.72, 0.45) : kind < 2.5 ? vec3(0.28, 0.53, 0.92) : vec3(0.90, 0.48, 0.25);
  }
  gl_FragColor = vec4(shown, 1.0);
}`;

export interface SurfaceMaps {
  confidence: Texture;
  origin: Texture;
}

/** An asset's materials, and their stand-ins for one channel. */
export class Channels {
  private readonly own = new Map<Mesh<BufferGeometry, MeshStandardMaterial>, MeshStandardMaterial>();
  private readonly made: ShaderMaterial[] = [];

  constructor(root: Object3D) {
    for (const mesh of meshesOf(root)) this.own.set(mesh, mesh.material);
  }

  show(channel: Channel, maps: SurfaceMaps | null): void {
    this.drop();
    for (const [mesh, own] of this.own) {
      const shown = channel === "lit" ? own : this.alone(channel, own, maps);
      (mesh as Mesh).material = shown;
    }
  }

  drop(): void {
    for (const material of this.made.splice(0)) material.dispose();
  }

  private alone(channel: Channel, own: MeshStandardMaterial, maps: SurfaceMaps | null): ShaderMaterial {
    const picture = pictureOf(channel, own, maps);
    const plain = picture ?? white();
    const factor = channel === "base colour" ? [own.color.r, own.color.g, own.color.b, 1] : channel === "roughness" || channel === "metallic" ? [1, own.roughness, own.metalness, 1] : [1, 1, 1, 1];
    const material = new ShaderMaterial({
      vertexShader: VERTEX,
      fragmentShader: `${FRAGMENT.replace("gl_FragColor = vec4(shown, 1.0);", channel === "base colour" ? "gl_FragColor = vec4(shown, 1.0);\n#include <colorspace_fragment>" : "gl_FragColor = vec4(shown, 1.0);")}`,
      uniforms: { picture: { value: plain }, channel: { value: CHANNELS.indexOf(channel) }, factor: { value: factor } },
      side: own.side,
    });
    this.made.push(material);
    return material;
  }
}

function pictureOf(channel: Channel, own: MeshStandardMaterial, maps: SurfaceMaps | null): Texture | null {
  switch (channel) {
    case "base colour":
      return own.map;
    case "normal":
      return own.normalMap;
    case "roughness":
      return own.roughnessMap;
    case "metallic":
      return own.metalnessMap;
    case "occlusion":
      return own.aoMap;
    case "confidence":
      return maps?.confidence ?? null;
    case "origin":
      return maps?.origin ?? null;
    default:
      return null;
  }
}

let plain: Texture | null = null;
function white(): Texture {
  if (plain) return plain;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, 1, 1);
  }
  plain = new Texture(canvas);
  plain.needsUpdate = true;
  return plain;
}

/** Texels that are numbers must not be mixed with their neighbours. */
export function asNumbers(texture: Texture, { mixed }: { mixed: boolean }): Texture {
  texture.flipY = false;
  texture.generateMipmaps = false;
  if (!mixed) texture.magFilter = NearestFilter;
  texture.minFilter = NearestFilter;
  return texture;
}
