// A model over its photo, and its silhouette against the mask: two pictures mixed by a shader.
import { BufferGeometry, Float32BufferAttribute, GLSL3, Mesh, OrthographicCamera, RawShaderMaterial, SRGBColorSpace, Scene, Texture, TextureLoader, type WebGLRenderTarget } from "three";

const VERTEX = `
in vec3 position;
out vec2 place;
void main() {
  place = position.xy * 0.5 + 0.5;
  gl_Position = vec4(position.xy, 0.0, 1.0);
}`;

// Green where model and mask agree, red where only the model is, blue where only the mask is.
const FRAGMENT = `
precision highp float;
uniform sampler2D model;
uniform sampler2D photo;
uniform sampler2D mask;
uniform float opacity;
uniform bool difference;
in vec2 place;
out vec4 color;
vec3 display(vec3 c) {
  return mix(1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, 12.92 * c, vec3(lessThanEqual(c, vec3(0.0031308))));
}
void main() {
  vec4 drawn = texture(model, place);
  vec3 seen = texture(photo, place).rgb;
  vec3 solid = drawn.a > 0.0 ? drawn.rgb / drawn.a : drawn.rgb;
  vec3 mixed = mix(seen, solid, drawn.a * opacity);
  if (difference) {
    float wanted = texture(mask, place).r;
    float both = min(drawn.a, wanted);
    float only = drawn.a - both;
    float lost = wanted - both;
    vec3 grey = vec3(dot(seen, vec3(0.21, 0.72, 0.07))) * 0.35;
    mixed = mix(grey, vec3(0.05, 0.32, 0.16) + grey, both);
    mixed = mix(mixed, vec3(0.85, 0.10, 0.06), only);
    mixed = mix(mixed, vec3(0.08, 0.28, 0.95), lost);
  }
  color = vec4(display(clamp(mixed, 0.0, 1.0)), 1.0);
}`;

export class OverPhoto {
  readonly scene = new Scene();
  readonly camera = new OrthographicCamera();
  private readonly material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    depthTest: false,
    uniforms: { model: { value: null }, photo: { value: null }, mask: { value: null }, opacity: { value: 0.6 }, difference: { value: false } },
  });

  constructor() {
    const triangle = new BufferGeometry();
    triangle.setAttribute("position", new Float32BufferAttribute([-1, -1, 0, 3, -1, 0, -1, 3, 0], 3));
    const mesh = new Mesh(triangle, this.material);
    mesh.frustumCulled = false;
    this.scene.add(mesh);
  }

  set(target: WebGLRenderTarget, given: { photo: Texture; mask: Texture; opacity: number; difference: boolean }): void {
    const { uniforms } = this.material;
    uniforms["model"]!.value = target.texture;
    uniforms["photo"]!.value = given.photo;
    uniforms["mask"]!.value = given.mask;
    uniforms["opacity"]!.value = given.opacity;
    uniforms["difference"]!.value = given.difference;
    this.material.uniformsNeedUpdate = true;
  }

  dispose(): void {
    this.material.dispose();
  }
}

export async function loadTexture(url: string, { color }: { color: boolean }): Promise<Texture> {
  const texture = await new TextureLoader().loadAsync(url);
  if (color) texture.colorSpace = SRGBColorSpace;
  return texture;
}
