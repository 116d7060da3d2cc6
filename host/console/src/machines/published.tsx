// A state machine's versions and aliases.

import { useQuery as useAnswer } from "@tanstack/react-query";
import { aws, told } from "../api/client";
import { Notice } from "../ui/button";
import { moment, nameOf } from "../ui/format";
import { Scroll } from "../ui/scroll";

interface Version {
  stateMachineVersionArn: string;
  creationDate: number;
}

interface AliasDescription {
  stateMachineAliasArn: string;
  name: string;
  description?: string;
  updateDate?: number;
  creationDate: number;
  routingConfiguration: { stateMachineVersionArn: string; weight: number }[];
}

/** Of either, as many as an answer has. */
const MOST = 1_000;

export function Versions({ arn }: { arn: string }) {
  const versions = useAnswer({
    queryKey: ["versions", arn],
    queryFn: ({ signal }) =>
      aws<{ stateMachineVersions: Version[] }>(
        "ListStateMachineVersions",
        { stateMachineArn: arn, maxResults: MOST },
        signal,
      ),
  });
  if (versions.error) return <Notice>{told(versions.error)}</Notice>;
  const all = versions.data?.stateMachineVersions ?? [];
  if (versions.isSuccess && all.length === 0) {
    return <p className="panel empty">No version was published.</p>;
  }
  return (
    <section className="panel list-panel" aria-label="Versions">
      <Scroll label="List of versions">
        <table className="list">
          <thead>
            <tr>
              <th>Version</th>
              <th>Published</th>
              <th>ARN</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.stateMachineVersionArn}>
                <td className="number">{one.stateMachineVersionArn.split(":").at(-1)}</td>
                <td className="quiet number">{moment(one.creationDate * 1_000)}</td>
                <td className="wide">
                  <code>{one.stateMachineVersionArn}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

async function readAliases(arn: string, signal: AbortSignal): Promise<AliasDescription[]> {
  const { stateMachineAliases } = await aws<{
    stateMachineAliases: { stateMachineAliasArn: string }[];
  }>("ListStateMachineAliases", { stateMachineArn: arn, maxResults: MOST }, signal);
  return Promise.all(
    stateMachineAliases.map((one) =>
      aws<AliasDescription>("DescribeStateMachineAlias", one, signal),
    ),
  );
}

export function Aliases({ arn }: { arn: string }) {
  const aliases = useAnswer({
    queryKey: ["aliases", arn],
    queryFn: ({ signal }) => readAliases(arn, signal),
  });
  if (aliases.error) return <Notice>{told(aliases.error)}</Notice>;
  const all = aliases.data ?? [];
  if (aliases.isSuccess && all.length === 0)
    return <p className="panel empty">There is no alias.</p>;
  return (
    <section className="panel list-panel" aria-label="Aliases">
      <Scroll label="List of aliases">
        <table className="list">
          <thead>
            <tr>
              <th>Alias</th>
              <th>Goes to</th>
              <th>Changed</th>
              <th>About</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.stateMachineAliasArn}>
                <td>{one.name}</td>
                <td className="number">
                  {one.routingConfiguration
                    .map(
                      (part) => `version ${nameOf(part.stateMachineVersionArn)}: ${part.weight} %`,
                    )
                    .join(", ")}
                </td>
                <td className="quiet number">
                  {moment((one.updateDate ?? one.creationDate) * 1_000)}
                </td>
                <td className="wide quiet">{one.description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
