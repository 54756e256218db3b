// Records of what the built page was built from: tests compare it with the sources, without Node.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const page = fileURLToPath(new URL(".", import.meta.url));
const built = join(page, "../src/bozzetto/studio/page");
const SINGLE = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.js"];

function filesIn(folder, base = "") {
  return readdirSync(join(folder, base))
    .sort()
    .flatMap((name) => {
      const path = base ? `${base}/${name}` : name;
      return statSync(join(folder, path)).isDirectory() ? filesIn(folder, path) : [path];
    });
}

function digest(folder, paths) {
  const hash = createHash("sha256");
  for (const path of [...paths].sort()) {
    hash.update(`${path}\0`).update(createHash("sha256").update(readFileSync(join(folder, path))).digest("hex")).update("\n");
  }
  return hash.digest("hex");
}

const sources = [...SINGLE, ...filesIn(page, "src"), ...filesIn(page, "public")];
const outputs = filesIn(built).filter((path) => path !== "build.json");
const stamp = { sources: digest(page, sources), schema: digest(join(page, "../src/bozzetto/studio"), ["openapi.json"]), outputs: digest(built, outputs) };
writeFileSync(join(built, "build.json"), `${JSON.stringify(stamp, null, 1)}\n`);
