// Builds the page into the Python package, which serves it as it is.
import { defineConfig } from "vite";

// model-viewer styles itself by a <style> element, which the service's content security policy
// refuses; a constructed style sheet says the same and is allowed.
function adoptModelViewerStyles() {
  return {
    name: "adopt-model-viewer-styles",
    transform(code, id) {
      if (!id.endsWith("@google/model-viewer/lib/template.js")) return null;
      const style = /<style>([\s\S]*?)<\/style>/.exec(code);
      const entry = "render(templateResult, shadowRoot);";
      if (!style || !code.includes(entry)) throw new Error("model-viewer's template has changed.");
      const css = style[1].replace(/\/\*[\s\S]*?\*\//g, "");
      return {
        code: code
          .replace(style[0], "")
          .replace(
            entry,
            // Lit sets a list of its own when the element is put into the page, just after this.
            `const sheet = new CSSStyleSheet();\n    sheet.replaceSync(${JSON.stringify(css)});\n` +
              `    queueMicrotask(() => { shadowRoot.adoptedStyleSheets = [sheet]; });\n    ${entry}`,
          ),
        map: null,
      };
    },
  };
}

// model-viewer compiles a decoder for compressed meshes when it is loaded, which the policy refuses
// as well; the assets that are shown are not compressed.
function leaveMeshDecoderOut() {
  const nothing = "\0no-mesh-decoder";
  return {
    name: "leave-mesh-decoder-out",
    enforce: "pre",
    resolveId: (source) => (source.endsWith("/meshopt_decoder.module.js") ? nothing : null),
    load: (id) => (id === nothing ? "export const MeshoptDecoder = null;" : null),
  };
}

export default defineConfig({
  base: "./",
  plugins: [adoptModelViewerStyles(), leaveMeshDecoderOut()],
  build: {
    outDir: "../src/bozzetto/studio/page",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
      },
    },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8801" } },
});
