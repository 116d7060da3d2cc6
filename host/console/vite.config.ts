// The build: everything relative, so that the console works below any path.
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The host to which `npm run dev` passes what is not the console's. */
const HOST = process.env.DIRIGENT_ENDPOINT ?? "http://127.0.0.1:8083";

/** As the host does for its own copy: a page some folders deep finds its files. */
function baseOfDepth(): Plugin {
  return {
    name: "base-of-depth",
    apply: "serve",
    transformIndexHtml: {
      order: "pre",
      handler: (html) => html.replace('<base href="./" />', '<base href="/" />'),
    },
  };
}

/** AWS's actions are a POST to the root, where the development server has its page. */
const actions = {
  target: HOST,
  bypass: (request: { method?: string | undefined; url?: string | undefined }) =>
    request.method === "POST" ? undefined : request.url,
};

export default defineConfig({
  base: "./",
  plugins: [react(), baseOfDepth()],
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2_000,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": HOST, "/session": HOST, "^/$": actions } },
});
