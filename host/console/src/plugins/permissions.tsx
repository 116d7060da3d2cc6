// What a plugin asks for, and who allows what of it: manifest, operator, role. All three must agree.
import type { PluginEntry } from "../api/shapes";

const KINDS: Record<string, string> = {
  http: "Requests",
  keyvalue: "Buckets",
  connections: "Connections",
  config: "Configuration",
  directories: "Directories",
};

export function Permissions({ plugin }: { plugin: PluginEntry }) {
  return (
    <section className="panel" aria-label="Permissions">
      <h2>What it may reach</h2>
      {plugin.asks.length === 0 ? (
        <p className="quiet">It asks for nothing, so nothing is granted.</p>
      ) : (
        plugin.asks.map((ask) => (
          <div key={ask.kind} className="permission">
            <h3>{KINDS[ask.kind] ?? ask.kind}</h3>
            <dl className="facts">
              <dt>Its manifest asks for</dt>
              <dd>
                <Rules of={ask.asks} />
              </dd>
              <dt>The operator allows</dt>
              <dd>
                {ask.operator.length === 0 ? (
                  <span className="denied">nothing: none of it is granted</span>
                ) : (
                  <Rules of={ask.operator} />
                )}
              </dd>
              {Object.entries(ask.roles).map(([role, rules]) => (
                <div key={role} className="fact">
                  <dt>
                    The role <code>{role}</code> allows
                  </dt>
                  <dd>
                    {rules.length === 0 ? (
                      <span className="denied">nothing</span>
                    ) : (
                      <Rules of={rules} />
                    )}
                  </dd>
                </div>
              ))}
              {Object.keys(ask.roles).length === 0 && (
                <>
                  <dt>Roles</dt>
                  <dd className="quiet">none speaks of it, which leaves it to the two above</dd>
                </>
              )}
            </dl>
          </div>
        ))
      )}
    </section>
  );
}

function Rules({ of }: { of: string[] }) {
  return of.map((rule) => (
    <div key={rule}>
      <code>{rule}</code>
    </div>
  ));
}
