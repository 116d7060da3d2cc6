// A version of a plugin: what it is, what it asks for and gets, what its calls used, and what it logged lately.

import { useQuery as useAnswer } from "@tanstack/react-query";
import { get, told } from "../api/client";
import type { PluginEntry, PluginLogLine } from "../api/shapes";
import { Link } from "../app/location";
import { paths } from "../app/routes";
import { Notice } from "../ui/button";
import { bytes, clock, count, duration, nameOf } from "../ui/format";
import { Scroll } from "../ui/scroll";
import { StatusMark } from "../ui/status";
import { failuresOf, usePlugins } from "./page";
import { Permissions } from "./permissions";
import { Users } from "./users";
import "./plugins.css";

const REFRESH = 3_000;

/** The latest lines that are shown. */
const LINES = 300;

export default function PluginPage({ name }: { name: string }) {
  const plugins = usePlugins();
  const plugin = plugins.data?.plugins.find((one) => `${one.name}@${one.version}` === name);
  return (
    <div className="page">
      <header className="page-head">
        <nav className="crumbs" aria-label="Where it belongs">
          <Link to={paths.plugins()}>Plugins</Link>
        </nav>
        <h1>{name}</h1>
        {plugin && <StatusMark status={plugin.status} chip />}
      </header>
      {plugins.error && <Notice>{told(plugins.error)}</Notice>}
      {plugins.isSuccess && !plugin && <Notice>There is no plugin {name}.</Notice>}
      {plugin && <Facts plugin={plugin} />}
      {plugin && (
        <div className="plugin-body">
          <Permissions plugin={plugin} />
          <Users name={name} />
        </div>
      )}
      <Logs name={name} />
    </div>
  );
}

function Facts({ plugin }: { plugin: PluginEntry }) {
  const { usage } = plugin;
  return (
    <>
      {plugin.why && <Notice>{plugin.why}</Notice>}
      <div className="plugin-body">
        <section className="panel" aria-label="About">
          <h2>About</h2>
          {plugin.description && <p>{plugin.description}</p>}
          <dl className="facts">
            <dt>Serves</dt>
            <dd>
              <List of={[`plugin:${plugin.name}`, ...plugin.serves]} />
            </dd>
            <dt>Imports</dt>
            <dd>{plugin.imports.length === 0 ? "nothing" : <List of={plugin.imports} />}</dd>
            <dt>Size</dt>
            <dd className="number">{bytes(plugin.componentBytes)}</dd>
            {plugin.digest && (
              <>
                <dt>SHA-256</dt>
                <dd>
                  <code>{plugin.digest}</code>
                </dd>
              </>
            )}
          </dl>
        </section>
        <section className="panel" aria-label="Usage">
          <h2>Usage since the host started</h2>
          <dl className="facts number">
            <dt>Calls</dt>
            <dd>
              {count(usage.calls)}, {count(failuresOf(plugin))} failed, {count(usage.cancelled)}{" "}
              cancelled
            </dd>
            {Object.entries(usage.failures).map(([error, times]) => (
              <div key={error} className="fact">
                <dt>
                  <code>{error}</code>
                </dt>
                <dd>{count(times)}</dd>
              </div>
            ))}
            <dt>Fuel</dt>
            <dd>{count(usage.fuel)}</dd>
            <dt>CPU, time</dt>
            <dd>
              {duration(usage.cpuMicros / 1_000)}, {duration(usage.wallMicros / 1_000)}
            </dd>
            <dt>Peak memory</dt>
            <dd>{bytes(usage.peakMemory)}</dd>
            <dt>Host calls</dt>
            <dd>{count(usage.hostCalls)}</dd>
            <dt>Input, output</dt>
            <dd>
              {bytes(usage.inputBytes)}, {bytes(usage.outputBytes)}
            </dd>
            <dt>Sent, received</dt>
            <dd>
              {bytes(usage.sentBytes)}, {bytes(usage.receivedBytes)}
            </dd>
          </dl>
        </section>
      </div>
    </>
  );
}

function List({ of }: { of: string[] }) {
  return (
    <>
      {of.map((one) => (
        <div key={one}>
          <code>{one}</code>
        </div>
      ))}
    </>
  );
}

function Logs({ name }: { name: string }) {
  const logs = useAnswer({
    queryKey: ["plugin-logs", name],
    queryFn: ({ signal }) =>
      get<{ lines: PluginLogLine[] }>(`plugins/${encodeURIComponent(name)}/logs`, signal),
    refetchInterval: REFRESH,
  });
  const lines = (logs.data?.lines ?? []).slice(-LINES).reverse();
  return (
    <section className="panel plugin-logs" aria-label="Log">
      <h2>What it logged lately</h2>
      {lines.length === 0 ? (
        <p className="quiet">Nothing.</p>
      ) : (
        <Scroll label="Lines of the log">
          <ol className="log">
            {lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names.
              <li key={index} data-level={line.level}>
                <span className="number">{clock(Date.parse(line.time))}</span>
                <span>{line.level}</span>
                <Link className="cut" to={paths.execution(line.executionArn)}>
                  {nameOf(line.executionArn)} · {line.state}
                </Link>
                <code>{line.message}</code>
              </li>
            ))}
          </ol>
        </Scroll>
      )}
    </section>
  );
}
