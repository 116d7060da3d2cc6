// The panel: all there is to know of what is selected, or of the execution where nothing is.
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { get, told } from "../api/client";
import type { Tasks } from "../api/shapes";
import { Link } from "../app/location";
import { paths } from "../app/routes";
import { JsonDocument } from "../definition";
import { Button, Notice } from "../ui/button";
import { Copy } from "../ui/copy";
import { bytes, count, duration, machineOf, moment } from "../ui/format";
import { JsonView } from "../ui/json";
import { StatusMark } from "../ui/status";
import { Tabs } from "../ui/tabs";
import { AttemptsPanel } from "./attempts-panel";
import { DataPanel } from "./data-panel";
import { detailsOf } from "./model/event";
import { statusOf, type Visit } from "./model/visit";
import { readEvent, readPayload } from "./payload";
import type { Selection } from "./selection";
import type { Execution } from "./use-execution";

interface Props {
  execution: Execution;
  selection: Selection;
}

export function Inspector({ execution, selection }: Props) {
  if (selection.state === undefined && selection.event === undefined) {
    return <Whole execution={execution} />;
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

function Whole({ execution }: { execution: Execution }) {
  const { arn, description, reading } = execution;
  const [tab, setTab] = useState("input");
  const end = reading.history.end;
  const metering = description?.metering;
  return (
    <div className="inspector">
      <header className="inspector-head">
        <h2>Execution</h2>
      </header>
      <Tabs
        label="Of the execution"
        value={tab}
        onChange={setTab}
        tabs={[
          {
            id: "input",
            label: "Input",
            content: <Payload arn={arn} id={1} name="input" label="Input" />,
          },
          ...(end?.status === "SUCCEEDED"
            ? [
                {
                  id: "output",
                  label: "Output",
                  content: <Payload arn={arn} id={end.id} name="output" label="Output" />,
                },
              ]
            : []),
          {
            id: "details",
            label: "Details",
            content: (
              <dl className="facts">
                <dt>ARN</dt>
                <dd>
                  <code>{arn}</code> <Copy text={arn} />
                </dd>
                {description && (
                  <>
                    <dt>Started</dt>
                    <dd>{moment(Date.parse(description.startDate))}</dd>
                    <dt>State machine</dt>
                    <dd>
                      <Link to={paths.machine(machineOf(description.stateMachineArn))}>
                        {description.stateMachineArn}
                      </Link>
                    </dd>
                    <dt>Revision</dt>
                    <dd>{description.revision}</dd>
                    <dt>Redriven</dt>
                    <dd>{description.redriveCount} ×</dd>
                    <dt>Redrive</dt>
                    <dd>{description.redriveStatusReason ?? description.redriveStatus}</dd>
                  </>
                )}
              </dl>
            ),
          },
          {
            id: "usage",
            label: "Usage",
            content: metering && (
              <dl className="facts number">
                <dt>Task attempts</dt>
                <dd>{count(metering.tasks)}</dd>
                <dt>Fuel</dt>
                <dd>{count(metering.fuel)}</dd>
                <dt>Peak memory</dt>
                <dd>{bytes(metering.peakMemory)}</dd>
                <dt>Time</dt>
                <dd>{duration(metering.wallMicros / 1_000)}</dd>
                <dt>CPU</dt>
                <dd>{duration(metering.cpuMicros / 1_000)}</dd>
                <dt>Host calls</dt>
                <dd>{count(metering.hostCalls)}</dd>
                <dt>Sent, received</dt>
                <dd>
                  {bytes(metering.sentBytes)}, {bytes(metering.receivedBytes)}
                </dd>
              </dl>
            ),
          },
        ]}
      />
    </div>
  );
}

function Payload({
  arn,
  id,
  name,
  label,
}: {
  arn: string;
  id: number;
  name: string;
  label: string;
}) {
  const payload = useQuery({
    queryKey: ["payload", arn, id, name],
    queryFn: ({ signal }) => readPayload(arn, id, name, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (payload.error) return <Notice>{told(payload.error)}</Notice>;
  return payload.data === undefined ? null : (
    <JsonView label={label} text={payload.data} height={520} />
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

function Why({ visit }: { visit: Visit }) {
  if (!visit.failed?.error) return null;
  return (
    <div className="why">
      <code>{visit.failed.error}</code>
      {visit.failed.cause && <p>{visit.failed.cause}</p>}
    </div>
  );
}

/** Which of a state's visits is shown, and the ways to the others. */
function Visits({ execution, selection, visit }: Props & { visit: Visit }) {
  const all = execution.reading.history.byState.get(visit.state) ?? [];
  if (all.length < 2) return null;
  const at = all.indexOf(visit);
  const step = (by: number) => {
    const next = all[at + by];
    if (next) selection.selectVisit(next);
  };
  return (
    <span className="visits number">
      <Button
        kind="quiet"
        size="s"
        aria-label="Visit before"
        disabled={at === 0}
        onClick={() => step(-1)}
      >
        ‹
      </Button>
      {visit.iteration === undefined
        ? `${at + 1} of ${count(all.length)}`
        : `item ${visit.iteration} · ${at + 1} of ${count(all.length)}`}
      <Button
        kind="quiet"
        size="s"
        aria-label="Next visit"
        disabled={at === all.length - 1}
        onClick={() => step(1)}
      >
        ›
      </Button>
    </span>
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
