// Open 3D files with three.js and say what is in them, as JSON on standard output.
// Usage: node open_models.mjs CLIP SECONDS FILE...   Looks at the animation of that name at that time,
// or at the first where no name fits.
// Pictures are not decoded: their bytes are hashed where the loaders hand them to the browser.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import * as THREE from "three";
import { FBXLoader } from "three/addons/loaders/FBXLoader.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { OBJLoader } from "three/addons/loaders/OBJLoader.js";
import { PLYLoader } from "three/addons/loaders/PLYLoader.js";
import { STLLoader } from "three/addons/loaders/STLLoader.js";
import { USDLoader } from "three/addons/loaders/USDLoader.js";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";

// The few things of a browser that loaders touch.
class Picture extends EventTarget {
  set src(url) {
    this.url = url;
    setTimeout(() => this.dispatchEvent(new Event("load")), 0);
  }
  get src() {
    return this.url;
  }
}
globalThis.self = globalThis;
globalThis.window = globalThis;
globalThis.document = { createElementNS: () => new Picture(), createElement: () => new Picture() };
delete globalThis.createImageBitmap;

// Loaders revoke the addresses of pictures as soon as these are decoded; we want them later.
const blobs = new Map();
const createObjectURL = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const url = createObjectURL.call(URL, blob);
  blobs.set(url, blob);
  return url;
};

const [clip, seconds, ...files] = process.argv.slice(2);
const complaints = [];
for (const level of ["warn", "error"]) console[level] = (...words) => complaints.push(words.join(" "));

async function opened(file) {
  const data = await readFile(file);
  const buffer = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const folder = dirname(file) + "/";
  switch (extname(file)) {
    case ".glb":
    case ".gltf": {
      const loader = new GLTFLoader(withFiles(folder));
      loader.setMeshoptDecoder(MeshoptDecoder);
      const { scene, animations } = await loader.parseAsync(buffer, "");
      return { scene, animations };
    }
    case ".fbx": {
      const scene = new FBXLoader().parse(buffer, folder);
      return { scene, animations: scene.animations };
    }
    case ".usdz": {
      const scene = new USDLoader().parse(buffer);
      return { scene, animations: scene.animations ?? [] };
    }
    case ".obj":
      return { scene: new OBJLoader().parse(data.toString()), animations: [] };
    case ".ply":
      return { scene: new THREE.Mesh(new PLYLoader().parse(buffer)), animations: [] };
    case ".stl":
      return { scene: new THREE.Mesh(new STLLoader().parse(buffer)), animations: [] };
    default:
      throw new Error(`${file}: three.js has no loader that runs here`);
  }
}

// GLTFLoader fetches buffers beside the document; Node's fetch knows no files.
function withFiles(folder) {
  const manager = new THREE.LoadingManager();
  manager.setURLModifier((url) => (/^(blob|data|file):/.test(url) ? url : join(folder, url)));
  return manager;
}
const plainFetch = globalThis.fetch;
globalThis.fetch = async (request, options) => {
  const url = typeof request === "string" ? request : request.url;
  if (/^(blob|data):/.test(url)) return plainFetch(request, options);
  return new Response(await readFile(url));
};
globalThis.Request = class {
  constructor(url, options) {
    Object.assign(this, options, { url });
  }
};
globalThis.ProgressEvent ??= class extends Event {};

async function hashed(url) {
  const bytes = blobs.has(url) ? Buffer.from(await blobs.get(url).arrayBuffer()) : await readFile(url);
  return createHash("sha256").update(bytes).digest("hex");
}

// The box of all vertices as they stand now.
function boxOf(scene, meshes) {
  const box = new THREE.Box3();
  const vertex = new THREE.Vector3();
  scene.updateMatrixWorld(true);
  for (const mesh of meshes) {
    if (mesh.isSkinnedMesh) mesh.skeleton.update();
    for (let i = 0; i < mesh.geometry.attributes.position.count; i++)
      box.expandByPoint(mesh.getVertexPosition(i, vertex).applyMatrix4(mesh.matrixWorld));
  }
  return box;
}

async function facts(file) {
  const { scene, animations } = await opened(file);
  await new Promise((done) => setTimeout(done, 20));
  const meshes = [];
  scene.traverse((node) => node.isMesh && meshes.push(node));
  const rest = boxOf(scene, meshes);
  if (animations.length > 0) {
    const mixer = new THREE.AnimationMixer(scene);
    mixer.clipAction(animations.find(({ name }) => name === clip) ?? animations[0]).play();
    mixer.setTime(Number(seconds));
  }
  scene.updateMatrixWorld(true);
  const points = [];
  const materials = new Set();
  const pictures = new Map();
  let vertices = 0;
  let triangles = 0;
  for (const mesh of meshes) {
    if (mesh.isSkinnedMesh) mesh.skeleton.update();
    const position = mesh.geometry.attributes.position;
    vertices += position.count;
    triangles += (mesh.geometry.index?.count ?? position.count) / 3;
    const vertex = new THREE.Vector3();
    for (let i = 0; i < position.count; i++) {
      mesh.getVertexPosition(i, vertex).applyMatrix4(mesh.matrixWorld);
      points.push(vertex.x, vertex.y, vertex.z);
    }
    for (const material of [mesh.material].flat()) {
      materials.add(material.name);
      for (const [key, value] of Object.entries(material)) {
        const source = value?.isTexture && value.image?.src;
        if (source) pictures.set(key, await hashed(source));
      }
    }
  }
  const joints = new Set();
  scene.traverse((node) => node.isBone && joints.add(node.name));
  return {
    file,
    names: meshes.map((mesh) => mesh.name),
    vertices,
    triangles,
    restHeights: [rest.min.y, rest.max.y],
    materials: [...materials],
    pictures: Object.fromEntries(pictures),
    joints: [...joints],
    clips: animations.map(({ name, duration }) => ({ name, duration })),
    posed: Buffer.from(new Float32Array(points).buffer).toString("base64"),
    complaints: complaints.splice(0),
  };
}

const results = [];
for (const file of files) {
  try {
    results.push(await facts(file));
  } catch (reason) {
    results.push({ file, failure: String(reason?.stack ?? reason), complaints: complaints.splice(0) });
  }
}
process.stdout.write(JSON.stringify(results));
