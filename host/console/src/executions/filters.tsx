// The filter of executions, in the page's address.
import { useQuery as useAnswer } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useQuery } from "../app/location";
import { listMachines } from "../machines/list";
import { Segments } from "../ui/segments";

/** What the filter has, as the address calls it. */
export const NAMES = ["status", "machine", "name", "error", "since"];

/** How long after the last key a text counts, in milliseconds. */
const PAUSE = 300;

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];
const WORDS: Record<string, string> = {
  RUNNING: "Running",
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "Timed out",
  ABORTED: "Aborted",
  PENDING_REDRIVE: "Pending redrive",
};

const SINCE: Record<string, [word: string, ms: number]> = {
  "15m": ["15 minutes", 900_000],
  "1h": ["hour", 3_600_000],
  "24h": ["24 hours", 86_400_000],
  "7d": ["7 days", 604_800_000],
};

/** The query of a search, from the address. */
export function filterOf(query: URLSearchParams, machineArn: string | undefined) {
  const since = SINCE[query.get("since") ?? ""];
  const whole = 60_000;
  const after =
    since && new Date(Math.floor((Date.now() - since[1]) / whole) * whole).toISOString();
  return {
    status: query.getAll("status").flatMap((text) => text.split(",")),
    stateMachineArn: machineArn ?? query.get("machine") ?? undefined,
    namePrefix: query.get("name") ?? undefined,
    error: query.get("error") ?? undefined,
    startedAfter: after,
  };
}

export function Filters({ machine }: { machine: boolean }) {
  const [query, change] = useQuery();
  const status = query.get("status") ?? "";
  return (
    <>
      <Segments
        label="Status"
        options={["", ...STATUSES.slice(0, 5)].map((one) => [
          one,
          one === "" ? "All" : (WORDS[one] ?? one),
        ])}
        value={status}
        onChange={(one) => change({ status: one })}
      />
      {machine && <MachineFilter />}
      <Text name="name" label="Name begins with" />
      <Text name="error" label="Error name" />
      <select
        className="input"
        aria-label="Started"
        value={query.get("since") ?? ""}
        onChange={(event) => change({ since: event.target.value })}
      >
        <option value="">Any time</option>
        {Object.entries(SINCE).map(([id, [word]]) => (
          <option key={id} value={id}>
            Last {word}
          </option>
        ))}
      </select>
    </>
  );
}

function MachineFilter() {
  const [query, change] = useQuery();
  const machines = useAnswer({
    queryKey: ["machines"],
    queryFn: ({ signal }) => listMachines(signal),
  });
  return (
    <select
      className="input"
      aria-label="State machine"
      value={query.get("machine") ?? ""}
      onChange={(event) => change({ machine: event.target.value })}
    >
      <option value="">All state machines</option>
      {machines.data?.map((one) => (
        <option key={one.stateMachineArn} value={one.stateMachineArn}>
          {one.name}
        </option>
      ))}
    </select>
  );
}

function Text({ name, label }: { name: string; label: string }) {
  const [query, change] = useQuery();
  const asked = query.get(name) ?? "";
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    if (text === asked) return;
    const timer = setTimeout(() => change({ [name]: text.trim() }), PAUSE);
    return () => clearTimeout(timer);
  }, [text, asked, name, change]);
  return (
    <input
      className="input"
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
