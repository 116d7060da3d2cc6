// One state machine: its executions and how they went, its graph and definition, its versions and aliases.
import { useQuery as useAnswer } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { aws } from "../api/client";
import type { MachineDescription } from "../api/shapes";
import { Link, useQuery } from "../app/location";
import { paths } from "../app/routes";
import { graphFrom } from "../execution/use-execution";
import { ExecutionList } from "../executions/page";
import { GraphView } from "../graph";
import { RoleButton } from "../session/role-button";
import { Copy } from "../ui/copy";
import { moment, nameOf } from "../ui/format";
import { JsonView } from "../ui/json";
import { Tabs } from "../ui/tabs";
import { Trouble } from "../ui/trouble";
import { Aliases } from "./aliases";
import { Recent } from "./recent";
import { StartDialog } from "./start-dialog";
import { Versions } from "./versions";
import "./machines.css";

export default function MachinePage({ arn }: { arn: string }) {
  const [query, change] = useQuery();
  const [starting, setStarting] = useState(false);
  const described = useAnswer({
    queryKey: ["machine", arn],
    queryFn: ({ signal }) =>
      aws<MachineDescription>("DescribeStateMachine", { stateMachineArn: arn }, signal),
  });
  const machine = described.data;
  if (described.error) {
    return (
      <div className="page">
        <nav className="crumbs" aria-label="Where it belongs">
          <Link to={paths.machines()}>State machines</Link>
        </nav>
        <Trouble error={described.error} onAgain={described.refetch} />
      </div>
    );
  }
  return (
    <div className="page">
      <header className="page-head">
        <nav className="crumbs" aria-label="Where it belongs">
          <Link to={paths.machines()}>State machines</Link>
        </nav>
        <h1 className="cut" title={arn}>
          {nameOf(arn)}
        </h1>
        {machine && (
          <span className="tag">{machine.type === "EXPRESS" ? "Express" : "Standard"}</span>
        )}
        <div className="actions">
          <Link className="button" to={paths.studio(arn)}>
            Edit in Studio
          </Link>
          <RoleButton needs="run" kind="primary" onClick={() => setStarting(true)}>
            Start execution…
          </RoleButton>
        </div>
      </header>
      <Recent arn={arn} />
      <Tabs
        className="machine-body"
        label="Of the state machine"
        value={query.get("view") ?? "executions"}
        onChange={(view) => change({ view: view === "executions" ? null : view })}
        tabs={[
          { id: "executions", label: "Executions", content: <ExecutionList machineArn={arn} /> },
          {
            id: "graph",
            label: "Graph",
            content: <Graph definition={machine?.definition} arn={arn} />,
          },
          {
            id: "definition",
            label: "Definition",
            content: machine && (
              <JsonView label="Definition" text={machine.definition} height={900} />
            ),
          },
          { id: "versions", label: "Versions", content: <Versions arn={arn} /> },
          { id: "aliases", label: "Aliases", content: <Aliases arn={arn} /> },
          { id: "details", label: "Details", content: machine && <Details machine={machine} /> },
        ]}
      />
      {starting && (
        <StartDialog
          machineArn={arn}
          {...(machine ? { type: machine.type } : {})}
          onClose={() => setStarting(false)}
        />
      )}
    </div>
  );
}

function Graph({ definition, arn }: { definition: string | undefined; arn: string }) {
  const graph = useMemo(() => graphFrom(definition), [definition]);
  if (!graph) return null;
  return (
    <div className="panel machine-graph">
      <GraphView graph={graph} label={`Graph of ${nameOf(arn)}`} />
    </div>
  );
}

function Details({ machine }: { machine: MachineDescription }) {
  return (
    <dl className="facts">
      <dt>ARN</dt>
      <dd>
        <code>{machine.stateMachineArn}</code> <Copy text={machine.stateMachineArn} />
      </dd>
      <dt>Role</dt>
      <dd>
        <code>{machine.roleArn}</code>
      </dd>
      <dt>Created</dt>
      <dd>{moment(machine.creationDate * 1_000)}</dd>
      {machine.revisionId && (
        <>
          <dt>Revision</dt>
          <dd>
            <code>{machine.revisionId}</code>
          </dd>
        </>
      )}
    </dl>
  );
}
