// The plugins that are installed, a row a version.

import { useQuery as useAnswer } from "@tanstack/react-query";
import { get } from "../api/client";
import type { PluginEntry } from "../api/shapes";
import { Link, navigate } from "../app/location";
import { paths } from "../app/routes";
import { Empty } from "../ui/empty";
import { bytes, count, duration } from "../ui/format";
import { Scroll } from "../ui/scroll";
import { StatusMark } from "../ui/status";
import { Trouble } from "../ui/trouble";
import "./plugins.css";

const REFRESH = 5_000;

export function usePlugins() {
  return useAnswer({
    queryKey: ["plugins"],
    queryFn: ({ signal }) => get<{ plugins: PluginEntry[] }>("plugins", signal),
    refetchInterval: REFRESH,
  });
}

/** Calls that failed, of all errors. */
export function failuresOf(plugin: PluginEntry): number {
  return Object.values(plugin.usage.failures).reduce((sum, one) => sum + one, 0);
}

export default function PluginsPage() {
  const plugins = usePlugins();
  const all = plugins.data?.plugins ?? [];
  return (
    <div className="page">
      <header className="page-head">
        <h1>Plugins</h1>
        <span className="quiet">Usage is that since the host started.</span>
      </header>
      {plugins.error && <Trouble error={plugins.error} onAgain={plugins.refetch} />}
      {plugins.data && (
        <section className="panel list-panel" aria-label="Plugins">
          {all.length === 0 ? (
            <Empty title="No plugin is installed.">
              <p>
                Put a component into the registry directory, as{" "}
                <code>NAME/VERSION/plugin.wasm</code>: a Task reaches it as <code>plugin:NAME</code>
                .
              </p>
            </Empty>
          ) : (
            <Scroll label="List of plugins">
              <table className="list plugins">
                <thead>
                  <tr>
                    <th>Plugin</th>
                    <th className="roomy">About</th>
                    <th>Version</th>
                    <th>Status</th>
                    <th className="end">Size</th>
                    <th className="end">Calls</th>
                    <th className="end">Failed</th>
                    <th className="end">CPU</th>
                    <th className="end">Peak memory</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map((one) => {
                    const id = `${one.name}@${one.version}`;
                    return (
                      <tr key={id} onClick={() => navigate(paths.plugin(id))}>
                        <td>
                          <Link to={paths.plugin(id)} onClick={(event) => event.stopPropagation()}>
                            {one.name}
                          </Link>
                        </td>
                        <td className="wide quiet roomy" title={one.description}>
                          {one.description}
                        </td>
                        <td className="number">{one.version}</td>
                        <td title={one.why ?? undefined}>
                          <StatusMark status={one.status} />
                        </td>
                        <td className="end number quiet">{bytes(one.componentBytes)}</td>
                        <td className="end number">{count(one.usage.calls)}</td>
                        <td className="end number">{count(failuresOf(one))}</td>
                        <td className="end number">{duration(one.usage.cpuMicros / 1_000)}</td>
                        <td className="end number">{bytes(one.usage.peakMemory)}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </Scroll>
          )}
        </section>
      )}
    </div>
  );
}
