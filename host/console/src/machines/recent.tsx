// How a state machine's latest executions went: each a bar, as high as it took long, the newest at the right.
import { useQuery as useAnswer } from "@tanstack/react-query";
import { get, queryOf } from "../api/client";
import type { Page } from "../api/shapes";
import { navigate } from "../app/location";
import { paths } from "../app/routes";
import { duration } from "../ui/format";
import { lookOf } from "../ui/status";
import { figuresOf } from "./figures";

/** Executions that are looked at. */
const LATEST = 200;
const REFRESH = 5_000;

const HEIGHT = 46;
const LEAST = 3;

export function Recent({ arn }: { arn: string }) {
  const latest = useAnswer({
    queryKey: ["latest", arn],
    queryFn: ({ signal }) =>
      get<Page>(`executions${queryOf({ stateMachineArn: arn, limit: LATEST })}`, signal),
    refetchInterval: REFRESH,
    retry: false,
  });
  const executions = latest.data?.executions ?? [];
  if (executions.length === 0) return null;
  const figures = figuresOf(executions);
  const bar = 1_000 / Math.max(executions.length, 40);
  return (
    <section className="panel recent" aria-label="Latest executions">
      <dl className="number">
        <div>
          <dt>Latest</dt>
          <dd>{executions.length}</dd>
        </div>
        <div>
          <dt>Succeeded</dt>
          <dd>
            {figures.succeeded === undefined ? "–" : `${Math.round(figures.succeeded * 100)} %`}
          </dd>
        </div>
        <div>
          <dt>Median</dt>
          <dd>{duration(figures.median)}</dd>
        </div>
        <div>
          <dt>95 % within</dt>
          <dd>{duration(figures.p95)}</dd>
        </div>
      </dl>
      <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {[...figures.took].reverse().map((one, index) => {
          const share = Math.sqrt(one.ms / Math.max(1, figures.longest));
          const height = LEAST + share * (HEIGHT - LEAST);
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: a picture; the list below has the links.
            <rect
              key={one.arn}
              data-tone={lookOf(one.status).tone}
              x={1_000 - (executions.length - index) * bar}
              y={HEIGHT - height}
              width={bar * 0.72}
              height={height}
              cursor="pointer"
              onClick={() => navigate(paths.execution(one.arn))}
            >
              <title>{`${one.name}: ${lookOf(one.status).word}, ${duration(one.ms)}`}</title>
            </rect>
          );
        })}
      </svg>
    </section>
  );
}
