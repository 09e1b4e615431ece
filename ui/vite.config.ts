/** Builds the web interface into the Python package, and serves it in development with the API behind it. */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SERVER = process.env.ONEFOLD_SERVER ?? "http://127.0.0.1:8360";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: process.env.ONEFOLD_UI_OUT ?? fileURLToPath(new URL("../src/onefold/web/static", import.meta.url)),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // No data: addresses and no inline module preload script, so that the content security policy stays strict.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    // A first visit waits for requests more than for bytes: few files of what every page needs.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "libraries", tags: ["$initial"], test: /node_modules/, priority: 3 },
            { name: "start", tags: ["$initial"], priority: 2 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: SERVER, changeOrigin: false } } },
});
