// One execution: what became of it, as a graph, a table and a list of events, and a panel for what is selected.
import { useState } from "react";
import { told } from "../api/client";
import { Link, useQuery } from "../app/location";
import { paths } from "../app/routes";
import { RoleButton } from "../session/role-button";
import { Button, Notice } from "../ui/button";
import { between, machineOf, moment, nameOf } from "../ui/format";
import { Menu } from "../ui/menu";
import { useNow } from "../ui/now";
import { StatusMark } from "../ui/status";
import { type Tab, Tabs } from "../ui/tabs";
import { Trouble } from "../ui/trouble";
import { EventsView } from "./events-view";
import "./execution.css";
import { StartDialog } from "../machines/start-dialog";
import { exportGraph, exportHistory } from "./export";
import { Failure } from "./failure";
import { GraphTab } from "./graph-tab";
import { Inspector } from "./inspector";
import { RedriveDialog } from "./redrive-dialog";
import { useSelection } from "./selection";
import { StopDialog } from "./stop-dialog";
import { TableView } from "./table-view";
import { type Execution, useExecution } from "./use-execution";

type Asking = "stop" | "redrive" | "start" | undefined;

export default function ExecutionPage({ arn }: { arn: string }) {
  const execution = useExecution(arn);
  const selection = useSelection(execution);
  const [query, change] = useQuery();
  const [asking, setAsking] = useState<Asking>();
  const { reading, description, error } = execution;
  const close = () => setAsking(undefined);
  const done = () => {
    close();
    execution.again();
  };
  if (error && !description) {
    return (
      <div className="page">
        <nav className="crumbs" aria-label="Where it belongs">
          <Link to={paths.executions()}>Executions</Link>
        </nav>
        <Trouble error={error} onAgain={execution.again} />
      </div>
    );
  }
  const views: Tab[] = [
    {
      id: "graph",
      label: "Graph",
      content: <GraphTab execution={execution} selection={selection} />,
    },
    {
      id: "table",
      label: "Table",
      content: <TableView execution={execution} selection={selection} />,
    },
    {
      id: "events",
      label: "Events",
      tag: reading.history.lastId.toLocaleString("en-US"),
      content: <EventsView execution={execution} selection={selection} />,
    },
  ];
  return (
    <div className="page execution">
      <Head execution={execution} ask={setAsking} />
      <Failure execution={execution} selection={selection} onRedrive={() => setAsking("redrive")} />
      {reading.truncated && (
        <Notice kind="info">
          The history is longer than what the console shows of it: its first{" "}
          {reading.history.lastId.toLocaleString("en-US")} events.
        </Notice>
      )}
      <div className="execution-body">
        <Tabs
          className="panel execution-views"
          label="Views of the execution"
          tabs={views}
          value={query.get("view") ?? "graph"}
          onChange={(view) => change({ view: view === "graph" ? null : view })}
        />
        <aside className="panel execution-inspector" aria-label="What is selected">
          <Inspector execution={execution} selection={selection} />
        </aside>
      </div>
      {asking === "stop" && <StopDialog arns={[arn]} onClose={close} onDone={done} />}
      {asking === "redrive" && (
        <RedriveDialog execution={execution} selection={selection} onClose={close} onDone={done} />
      )}
      {asking === "start" && description && (
        <StartDialog
          machineArn={description.stateMachineArn}
          sameAs={execution.arn}
          onClose={close}
        />
      )}
    </div>
  );
}

function Head({ execution, ask }: { execution: Execution; ask: (what: Asking) => void }) {
  const { description, status, reading, arn } = execution;
  const running = status === "RUNNING";
  const now = useNow(running);
  const { history } = reading;
  const took = (history.end?.ms ?? (running ? now : history.lastMs)) - history.startedMs;
  const machine = description && machineOf(description.stateMachineArn);
  const child = description?.mapRunArn !== undefined && description.mapRunArn !== null;
  const redrivable = description?.redriveStatus === "REDRIVABLE" && history.end !== undefined;
  const fails = (what: Promise<void>) =>
    what.catch((error: unknown) => window.alert(`It cannot be exported: ${told(error)}`));
  return (
    <header className="execution-head">
      <div className="execution-title">
        <nav className="crumbs" aria-label="Where it belongs">
          {machine && <Link to={paths.machine(machine)}>{nameOf(machine)}</Link>}
          {description?.mapRunArn && <Link to={paths.mapRun(description.mapRunArn)}>Map Run</Link>}
        </nav>
        <h1 className="cut" title={arn}>
          {description?.name ?? nameOf(arn)}
        </h1>
        {status && <StatusMark status={status} chip />}
      </div>
      <p className="execution-when quiet number">
        {history.startedMs > 0 && (
          <>
            {moment(history.startedMs)} · {between(took)}
            {description && ` · revision ${description.revision}`}
            {history.redrives > 0 && ` · redriven ${history.redrives} ×`}
            {running && !reading.connected && reading.whole && " · not connected"}
          </>
        )}
      </p>
      <div className="actions">
        {running && (
          <RoleButton needs="run" onClick={() => ask("stop")}>
            Stop…
          </RoleButton>
        )}
        {redrivable && (
          <RoleButton needs="run" kind="primary" onClick={() => ask("redrive")}>
            Redrive…
          </RoleButton>
        )}
        {!child && (
          <RoleButton needs="run" onClick={() => ask("start")}>
            Start again…
          </RoleButton>
        )}
        <Menu
          trigger={<Button>Export</Button>}
          items={[
            { label: "History as JSON", onSelect: () => void fails(exportHistory(execution)) },
            { label: "Graph as SVG", onSelect: () => void fails(exportGraph(execution, "svg")) },
            { label: "Graph as PNG", onSelect: () => void fails(exportGraph(execution, "png")) },
          ]}
        />
      </div>
    </header>
  );
}
