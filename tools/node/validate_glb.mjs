// Check GLB and glTF files with the Khronos glTF Validator.
// Usage: node validate_glb.mjs FILE...   Prints one JSON array; exit code 1 on any error or warning.
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import validator from "gltf-validator";

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("Usage: node validate_glb.mjs FILE...");
  process.exit(2);
}

const results = [];
for (const file of files) {
  const data = new Uint8Array(await readFile(file));
  try {
    const { issues } = await validator.validateBytes(data, {
      uri: basename(file),
      maxIssues: 100,
      externalResourceFunction: async (uri) =>
        new Uint8Array(await readFile(join(dirname(file), decodeURIComponent(uri)))),
    });
    results.push({
      file,
      errors: issues.numErrors,
      warnings: issues.numWarnings,
      infos: issues.numInfos,
      hints: issues.numHints,
      messages: issues.messages.map(({ code, message, severity, pointer }) => ({
        code,
        message,
        severity,
        pointer,
      })),
    });
  } catch (reason) {
    // The validator throws on bytes that are not glTF at all.
    results.push({ file, errors: 1, warnings: 0, infos: 0, hints: 0, messages: [{ message: String(reason) }] });
  }
}

console.log(JSON.stringify(results, null, 2));
process.exit(results.some(({ errors, warnings }) => errors + warnings > 0) ? 1 : 0);
