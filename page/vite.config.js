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
            `const sheet = new CSSStyleSheet();\n    sheet.replaceSync(${JSON.stringify(css)});\n` +
              `    shadowRoot.adoptedStyleSheets = [sheet];\n    ${entry}`,
          ),
        map: null,
      };
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [adoptModelViewerStyles()],
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
