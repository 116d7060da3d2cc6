// A state machine's aliases, and the versions that they name.
import { useQuery as useAnswer } from "@tanstack/react-query";
import { useState } from "react";
import { aws, told } from "../api/client";
import { RoleButton } from "../session/role-button";
import { Notice } from "../ui/button";
import { Empty } from "../ui/empty";
import { moment, nameOf } from "../ui/format";
import { Scroll } from "../ui/scroll";
import { AliasDialog } from "./alias-dialog";
import type { Route } from "./routing";
import { MOST } from "./versions";

export interface AliasDescription {
  stateMachineAliasArn: string;
  name: string;
  description?: string;
  updateDate?: number;
  creationDate: number;
  routingConfiguration: Route[];
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
  const [editing, setEditing] = useState<AliasDescription | "new">();
  if (aliases.error) return <Notice>{told(aliases.error)}</Notice>;
  const all = aliases.data ?? [];
  const dialog = editing && (
    <AliasDialog
      machineArn={arn}
      alias={editing === "new" ? undefined : editing}
      onClose={() => setEditing(undefined)}
      onDone={() => {
        setEditing(undefined);
        void aliases.refetch();
      }}
    />
  );
  const create = (
    <RoleButton needs="admin" size="s" onClick={() => setEditing("new")}>
      Create an alias…
    </RoleButton>
  );
  if (aliases.isSuccess && all.length === 0) {
    return (
      <section className="panel">
        <Empty title="There is no alias.">
          <p>It names a version, or two with a share of new executions each.</p>
          {create}
        </Empty>
        {dialog}
      </section>
    );
  }
  return (
    <section className="panel list-panel" aria-label="Aliases">
      <div className="list-head">{create}</div>
      {dialog}
      <Scroll label="List of aliases">
        <table className="list">
          <thead>
            <tr>
              <th>Alias</th>
              <th>Goes to</th>
              <th className="roomy">Changed</th>
              <th className="roomy">About</th>
              <th>
                <span className="hidden-text">Actions</span>
              </th>
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
                <td className="quiet number roomy">
                  {moment((one.updateDate ?? one.creationDate) * 1_000)}
                </td>
                <td className="wide quiet roomy">{one.description}</td>
                <td>
                  <RoleButton
                    needs="admin"
                    size="s"
                    kind="quiet"
                    aria-label={`Edit ${one.name}`}
                    onClick={() => setEditing(one)}
                  >
                    Edit…
                  </RoleButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
