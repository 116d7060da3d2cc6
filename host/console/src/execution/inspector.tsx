// The panel: all there is to know of what is selected, or of the execution where nothing is.
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get } from "../api/client";
import type { Tasks } from "../api/shapes";
import { Link } from "../app/location";
import { paths } from "../app/routes";
import { JsonDocument } from "../definition";
import { count } from "../ui/format";
import { JsonView } from "../ui/json";
import { StatusMark } from "../ui/status";
import { Tabs } from "../ui/tabs";
import { AttemptsPanel } from "./attempts-panel";
import { DataPanel } from "./data-panel";
import { ExecutionPanel } from "./execution-panel";
import { detailsOf } from "./model/event";
import { statusOf, type Visit } from "./model/visit";
import { readEvent } from "./payload";
import type { Selection } from "./selection";
import type { Execution } from "./use-execution";
import { Visits } from "./visits";

interface Props {
  execution: Execution;
  selection: Selection;
}

export function Inspector({ execution, selection }: Props) {
  if (selection.state === undefined && selection.event === undefined) {
    return <ExecutionPanel execution={execution} />;
  }
  if (selection.visit)
    return <VisitPanel execution={execution} selection={selection} visit={selection.visit} />;
  if (selection.state === undefined)
    return <EventPanel execution={execution} selection={selection} />;
  return (
    <div className="inspector">
      <header className="inspector-head">
        <h2>{selection.state}</h2>
        <StatusMark status="waiting" chip />
      </header>
      <DefinitionPanel execution={execution} state={selection.state} />
    </div>
  );
}

function VisitPanel({ execution, selection, visit }: Props & { visit: Visit }) {
  const { history } = execution.reading;
  const [tab, setTab] = useState("data");
  const status = statusOf(visit, history.end !== undefined);
  const ended = visit.attempts.filter((attempt) => attempt.endedId !== undefined).length;
  const tasks = useQuery({
    queryKey: ["tasks", execution.arn, visit.id, ended],
    queryFn: ({ signal }) =>
      get<Tasks>(`executions/${encodeURIComponent(execution.arn)}/tasks`, signal),
    enabled: visit.type === "Task",
    placeholderData: (before) => before,
  });
  const ids = new Set(visit.attempts.map((attempt) => attempt.endedId));
  const usages = tasks.data?.tasks.filter((task) => ids.has(task.eventId)) ?? [];
  const lines = usages.flatMap((usage) => usage.logs);
  return (
    <div className="inspector">
      <header className="inspector-head">
        <h2 className="cut" title={visit.state}>
          {visit.state}
        </h2>
        <StatusMark status={status} chip />
        <Visits execution={execution} selection={selection} visit={visit} />
      </header>
      <Why visit={visit} />
      {visit.items && !visit.mapRunArn && <Items items={visit.items} />}
      {visit.mapRunArn && (
        <p>
          <Link to={paths.mapRun(visit.mapRunArn)}>
            Progress and child executions of this Map Run
          </Link>
        </p>
      )}
      <Tabs
        label={`Of ${visit.state}`}
        value={tab}
        onChange={setTab}
        tabs={[
          {
            id: "data",
            label: "Data",
            content: <DataPanel key={visit.id} execution={execution} visit={visit} />,
          },
          ...(visit.attempts.length > 0 && visit.type === "Task"
            ? [
                {
                  id: "attempts",
                  label: visit.attempts.length > 1 ? "Attempts" : "Attempt",
                  ...(visit.attempts.length > 1 ? { tag: visit.attempts.length } : {}),
                  content: <AttemptsPanel visit={visit} usages={usages} />,
                },
                {
                  id: "logs",
                  label: "Logs",
                  ...(lines.length > 0 ? { tag: lines.length } : {}),
                  content: <Logs lines={lines} />,
                },
              ]
            : []),
          {
            id: "definition",
            label: "Definition",
            content: <DefinitionPanel execution={execution} state={visit.state} />,
          },
          {
            id: "events",
            label: "Events",
            content: <EventList execution={execution} selection={selection} visit={visit} />,
          },
        ]}
      />
    </div>
  );
}

function Items({ items }: { items: NonNullable<Visit["items"]> }) {
  const { total, started, succeeded, failed } = items;
  return (
    <p className="quiet number">
      {count(total)} items: {count(succeeded)} succeeded, {count(failed)} failed,{" "}
      {count(started - succeeded - failed)} begun, {count(total - started)} not begun
    </p>
  );
}

function Why({ visit }: { visit: Visit }) {
  if (!visit.failed?.error) return null;
  return (
    <div className="why">
      <code>{visit.failed.error}</code>
      {visit.failed.cause && <p>{visit.failed.cause}</p>}
    </div>
  );
}

function Logs({ lines }: { lines: { level: string; message: string }[] }) {
  if (lines.length === 0) return <p className="empty">The task logged nothing.</p>;
  return (
    <ol className="log">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines do not move.
        <li key={index} data-level={line.level}>
          <span>{line.level}</span>
          <code>{line.message}</code>
        </li>
      ))}
    </ol>
  );
}

function DefinitionPanel({ execution, state }: { execution: Execution; state: string }) {
  const { definition, graph, ids } = execution;
  const text = useMemo(() => {
    const id = ids.get(state);
    if (definition === undefined || !graph || id === undefined) return undefined;
    const path = id
      .slice(1)
      .split("/")
      .map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"));
    return new JsonDocument(definition).textAt(path);
  }, [definition, graph, ids, state]);
  return text === undefined ? null : (
    <JsonView label={`Definition of ${state}`} text={text} height={560} />
  );
}

function EventList({ execution, selection, visit }: Props & { visit: Visit }) {
  const { history } = execution.reading;
  return (
    <>
      <ol className="event-list">
        {visit.events.slice(0, 200).map((id) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={selection.event === id}
              onClick={() => selection.selectEvent(id)}
            >
              <span className="number quiet">{id}</span>
              {history.event(id)?.type}
            </button>
          </li>
        ))}
      </ol>
      {selection.event !== undefined && <EventData execution={execution} id={selection.event} />}
    </>
  );
}

function EventPanel({ execution, selection }: Props) {
  const id = selection.event ?? 1;
  return (
    <div className="inspector">
      <header className="inspector-head">
        <h2>{execution.reading.history.event(id)?.type}</h2>
      </header>
      <EventData execution={execution} id={id} />
    </div>
  );
}

function EventData({ execution, id }: { execution: Execution; id: number }) {
  const event = useQuery({
    queryKey: ["event", execution.arn, id],
    queryFn: ({ signal }) => readEvent(execution.arn, id, signal),
  });
  if (!event.data) return null;
  return <JsonView label={`Event ${id}`} text={JSON.stringify(flat(event.data))} height={420} />;
}

/** An event with its details last and by themselves. */
function flat(event: NonNullable<Awaited<ReturnType<typeof readEvent>>>): object {
  const { id, previousEventId, timestamp, type } = event;
  return { id, previousEventId, timestamp, type, ...detailsOf(event) };
}
