// A Map Run: how far it is, its thresholds, and its child executions.
import { useQuery as useAnswer, useInfiniteQuery } from "@tanstack/react-query";
import { aws, told } from "../api/client";
import type { MapRun, MapRunCounts, Status, Summary } from "../api/shapes";
import { Link, navigate, useQuery } from "../app/location";
import { paths } from "../app/routes";
import { ExecutionRows } from "../executions/rows";
import { Button, Notice } from "../ui/button";
import { count, duration, moment, nameOf } from "../ui/format";
import { useNow } from "../ui/now";
import { Segments } from "../ui/segments";
import { lookOf, StatusMark } from "../ui/status";
import "./map-runs.css";

/** How often a run that goes on is asked for, in milliseconds. */
const REFRESH = 1_000;
const PAGE = 100;

const STATUSES = ["", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];

const PARTS: [name: keyof MapRunCounts, status: string][] = [
  ["succeeded", "SUCCEEDED"],
  ["failed", "FAILED"],
  ["timedOut", "TIMED_OUT"],
  ["aborted", "ABORTED"],
  ["running", "RUNNING"],
  ["pending", "waiting"],
];

export default function MapRunPage({ arn }: { arn: string }) {
  const described = useAnswer({
    queryKey: ["map-run", arn],
    queryFn: ({ signal }) => aws<MapRun>("DescribeMapRun", { mapRunArn: arn }, signal),
    refetchInterval: (query) => (query.state.data?.status === "RUNNING" ? REFRESH : false),
  });
  const run = described.data;
  const now = useNow(run?.status === "RUNNING");
  if (described.error && !run) {
    return (
      <div className="page">
        <Notice>{told(described.error)}</Notice>
      </div>
    );
  }
  if (!run) return <p className="empty">Loading…</p>;
  const took = (run.stopDate ? run.stopDate * 1_000 : now) - run.startDate * 1_000;
  return (
    <div className="page">
      <header className="page-head">
        <nav className="crumbs" aria-label="Where it belongs">
          <Link to={paths.execution(run.executionArn)}>{nameOf(run.executionArn)}</Link>
        </nav>
        <h1>Map Run</h1>
        <StatusMark status={run.status} chip />
        <span className="quiet number">
          {moment(run.startDate * 1_000)} · {duration(took)}
        </span>
      </header>
      <section className="panel progress-panel" aria-label="Progress">
        <Progress label="Items" counts={run.itemCounts} />
        <Progress label="Child executions" counts={run.executionCounts} />
        <dl className="facts number">
          <dt>At the same time</dt>
          <dd>{run.maxConcurrency === 0 ? "no bound of its own" : count(run.maxConcurrency)}</dd>
          <dt>May fail</dt>
          <dd>
            {count(run.toleratedFailureCount)} items, or {run.toleratedFailurePercentage} %
          </dd>
        </dl>
      </section>
      <Children arn={arn} running={run.status === "RUNNING"} />
    </div>
  );
}

function Progress({ label, counts }: { label: string; counts: MapRunCounts }) {
  const done = counts.total - counts.pending - counts.running;
  return (
    <div className="progress">
      <div className="progress-head">
        <strong>{label}</strong>
        <span className="quiet number">
          {count(done)} of {count(counts.total)}
        </span>
      </div>
      <div className="progress-bar" role="img" aria-label={`${done} of ${counts.total} done`}>
        {PARTS.map(([name, status]) => {
          const part = Number(counts[name] ?? 0);
          if (part === 0) return null;
          return <span key={name} data-tone={lookOf(status).tone} style={{ flexGrow: part }} />;
        })}
      </div>
      <ul className="progress-parts number">
        {PARTS.filter(([name]) => Number(counts[name] ?? 0) > 0).map(([name, status]) => (
          <li key={name} className="status" data-tone={lookOf(status).tone}>
            {count(Number(counts[name]))}{" "}
            {name === "pending" ? "pending" : lookOf(status).word.toLowerCase()}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Child {
  executionArn: string;
  stateMachineArn: string;
  name: string;
  status: Status;
  startDate: number;
  stopDate?: number;
  redriveCount?: number;
}

function Children({ arn, running }: { arn: string; running: boolean }) {
  const [query, change] = useQuery();
  const status = query.get("status") ?? "";
  const list = useInfiniteQuery({
    queryKey: ["children", arn, status],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      aws<{ executions: Child[]; nextToken?: string }>(
        "ListExecutions",
        {
          mapRunArn: arn,
          maxResults: PAGE,
          ...(status && { statusFilter: status }),
          ...(pageParam && { nextToken: pageParam }),
        },
        signal,
      ),
    getNextPageParam: (page) => page.nextToken,
    refetchInterval: running ? REFRESH * 2 : false,
    placeholderData: (before) => before,
  });
  const children = list.data?.pages.flatMap((page) => page.executions.map(summaryOf)) ?? [];
  return (
    <>
      <Segments
        label="Status of child executions"
        options={STATUSES.map((one) => [one, one === "" ? "All" : lookOf(one).word])}
        value={status}
        onChange={(one) => change({ status: one })}
      />
      {list.error && <Notice>{told(list.error)}</Notice>}
      <section className="panel list-panel" aria-label="Child executions">
        {children.length === 0 && list.isSuccess ? (
          <p className="empty">No child execution is like that.</p>
        ) : (
          <ExecutionRows
            executions={children}
            machine={false}
            onOpen={(child) => navigate(paths.execution(child))}
          />
        )}
      </section>
      {list.hasNextPage && (
        <footer className="list-foot">
          <Button disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
            Load more
          </Button>
        </footer>
      )}
    </>
  );
}

/** A child in the form of /api's lists. */
function summaryOf(child: Child): Summary {
  const date = (seconds: number) => new Date(seconds * 1_000).toISOString();
  return {
    executionArn: child.executionArn,
    stateMachineArn: child.stateMachineArn,
    name: child.name,
    status: child.status,
    startDate: date(child.startDate),
    redriveCount: child.redriveCount ?? 0,
    ...(child.stopDate === undefined ? {} : { stopDate: date(child.stopDate) }),
  };
}
