// A proxy that serves a host below a path, and takes that away.
import http from "node:http";

/** Where the console lies then, with a slash at its end, and what ends the proxy. */
export async function belowAPath(host, prefix) {
  const target = new URL(host);
  const proxy = http.createServer((request, response) => {
    if (!request.url.startsWith(prefix)) {
      response.writeHead(404).end();
      return;
    }
    const path = `/${request.url.slice(prefix.length)}`;
    const { method, headers } = request;
    const asked = http.request({ host: target.hostname, port: target.port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    asked.on("error", () => response.destroy());
    response.on("close", () => asked.destroy());
    request.pipe(asked);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const close = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { root: `http://127.0.0.1:${proxy.address().port}${prefix}`, close };
}
