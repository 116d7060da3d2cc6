// All events of an execution, in order.
import { clock, duration } from "../ui/format";
import { Cell, VirtualRows } from "../ui/virtual";
import { detailsOf, roleOf } from "./model/event";
import type { Selection } from "./selection";
import type { Execution } from "./use-execution";

const ROW = 28;
const COLUMNS = "60px minmax(200px, 1.4fr) minmax(130px, 1.2fr) minmax(140px, 1.4fr) 100px 76px";

export function EventsView({
  execution,
  selection,
}: {
  execution: Execution;
  selection: Selection;
}) {
  const { history } = execution.reading;
  const selected = selection.event ?? selection.visit?.events.at(-1);
  return (
    <VirtualRows
      label="Events"
      count={history.lastId}
      rowHeight={ROW}
      columns={COLUMNS}
      minWidth={760}
      selected={selected === undefined ? undefined : selected - 1}
      onSelect={(index) => selection.selectEvent(index + 1)}
      head={
        <>
          <Cell head className="end">
            Id
          </Cell>
          <Cell head>Type</Cell>
          <Cell head>State</Cell>
          <Cell head>What</Cell>
          <Cell head>Time</Cell>
          <Cell head className="end">
            After
          </Cell>
        </>
      }
      row={(index) => {
        const event = history.event(index + 1);
        if (!event) return null;
        const visit = history.visitAt(event.id);
        const details = detailsOf(event);
        const role = roleOf(event.type);
        const bad = role === "failed" || /Failed$|TimedOut$|Aborted$/.test(event.type);
        const at = visit?.iteration === undefined ? "" : ` · item ${visit.iteration}`;
        return (
          <>
            <Cell className="end number quiet">{event.id}</Cell>
            <Cell className={bad ? "bad" : "strong"} title={event.type}>
              {event.type}
            </Cell>
            <Cell title={visit?.state ?? ""}>{visit && `${visit.state}${at}`}</Cell>
            <Cell className="quiet mono">{what(details)}</Cell>
            <Cell className="number quiet">{clock(Date.parse(event.timestamp))}</Cell>
            <Cell className="end number quiet">
              {duration(Date.parse(event.timestamp) - history.startedMs)}
            </Cell>
          </>
        );
      }}
    />
  );
}

/** The few words of an event's details that tell it from others. */
function what(details: Record<string, unknown>): string {
  if (typeof details.error === "string") return details.error;
  const { resourceType, resource } = details;
  if (typeof resource === "string") return resourceType ? `${resourceType}:${resource}` : resource;
  if (typeof details.length === "number") return `${details.length} items`;
  if (typeof details.index === "number") return `item ${details.index}`;
  return "";
}
