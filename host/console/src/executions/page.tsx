// The executions of all state machines, or of one: filters, what happens meanwhile, and stopping and redriving many at once.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { get, queryOf } from "../api/client";
import type { Page, Summary } from "../api/shapes";
import { Link, navigate, useQuery } from "../app/location";
import { paths } from "../app/routes";
import { StopDialog } from "../execution/stop-dialog";
import { RoleButton } from "../session/role-button";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { Trouble } from "../ui/trouble";
import { Filters, filterOf, NAMES } from "./filters";
import { useHappenings } from "./happenings";
import { RedriveManyDialog } from "./redrive-many-dialog";
import { ExecutionRows } from "./rows";

/** Executions of a page of the list. */
const PAGE = 100;

interface Props {
  /** Of this state machine only. */
  machineArn?: string;
}

/** The page of all executions. */
export default function ExecutionsPage() {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Executions</h1>
      </header>
      <ExecutionList />
    </div>
  );
}

export function ExecutionList({ machineArn }: Props) {
  const [query, change] = useQuery();
  const filter = filterOf(query, machineArn);
  const list = useInfiniteQuery({
    queryKey: ["executions", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      get<Page>(`executions${queryOf({ ...filter, limit: PAGE, nextToken: pageParam })}`, signal),
    getNextPageParam: (page) => page.nextToken ?? undefined,
    placeholderData: (before) => before,
  });
  const executions = list.data?.pages.flatMap((page) => page.executions) ?? [];
  const live = useHappenings(machineArn, () => void list.refetch());
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<"stop" | "redrive">();
  const filters = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was chosen is not in another list.
  useEffect(() => setChosen(new Set()), [filters]);
  const of = (wanted: (one: Summary) => boolean) =>
    executions
      .filter((one) => chosen.has(one.executionArn) && wanted(one))
      .map((one) => one.executionArn);
  const running = of((one) => one.status === "RUNNING");
  const stopped = of((one) => ["FAILED", "TIMED_OUT", "ABORTED"].includes(one.status));
  const done = () => {
    setAsking(undefined);
    setChosen(new Set());
    void list.refetch();
  };
  const filtered = NAMES.some((name) => query.has(name));
  return (
    <>
      <div className="filters">
        <Filters machine={machineArn === undefined} />
        {chosen.size > 0 && (
          <span className="bulk">
            <span className="quiet number">{chosen.size} chosen</span>
            <RoleButton
              needs="run"
              disabled={running.length === 0}
              onClick={() => setAsking("stop")}
            >
              Stop {running.length > 0 && running.length}…
            </RoleButton>
            <RoleButton
              needs="run"
              disabled={stopped.length === 0}
              onClick={() => setAsking("redrive")}
            >
              Redrive {stopped.length > 0 && stopped.length}…
            </RoleButton>
          </span>
        )}
      </div>
      {list.error && <Trouble error={list.error} onAgain={list.refetch} />}
      {(list.isSuccess || executions.length > 0) && (
        <section className="panel list-panel" aria-label="Executions">
          {executions.length > 0 ? (
            <ExecutionRows
              executions={executions}
              machine={machineArn === undefined}
              chosen={chosen}
              onChoose={setChosen}
              onOpen={(arn) => navigate(paths.execution(arn))}
            />
          ) : filtered ? (
            <Empty title="No execution fits the filter.">
              <Button onClick={() => change(Object.fromEntries(NAMES.map((name) => [name, null])))}>
                Clear the filter
              </Button>
            </Empty>
          ) : (
            <Empty title="No execution yet.">
              <p>One is here as soon as it is started, in the console or by a client.</p>
              {machineArn === undefined && (
                <Link to={paths.machines()}>Start one of a state machine</Link>
              )}
            </Empty>
          )}
        </section>
      )}
      <footer className="list-foot quiet">
        <span className="live" data-on={live === true}>
          {live ? "Live" : live === undefined ? "Connecting…" : "Not connected: tried again soon"}
        </span>
        {list.hasNextPage && (
          <Button disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
            Load more
          </Button>
        )}
      </footer>
      {asking === "stop" && (
        <StopDialog arns={running} onClose={() => setAsking(undefined)} onDone={done} />
      )}
      {asking === "redrive" && (
        <RedriveManyDialog arns={stopped} onClose={() => setAsking(undefined)} onDone={done} />
      )}
    </>
  );
}
