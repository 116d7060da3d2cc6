// Executions as rows of a table.

import type { Summary } from "../api/shapes";
import { Link } from "../app/location";
import { paths } from "../app/routes";
import { ago, between, moment, nameOf } from "../ui/format";
import { useNow } from "../ui/now";
import { Scroll } from "../ui/scroll";
import { StatusMark } from "../ui/status";
import "./executions.css";

interface Props {
  executions: Summary[];
  /** Whether to say of which state machine they are. */
  machine: boolean;
  chosen?: ReadonlySet<string>;
  onChoose?: (chosen: ReadonlySet<string>) => void;
  onOpen: (arn: string) => void;
}

export function ExecutionRows({ executions, machine, chosen, onChoose, onOpen }: Props) {
  const now = useNow(true);
  const all = executions.length > 0 && executions.every((one) => chosen?.has(one.executionArn));
  const choose = (arn: string, on: boolean) => {
    const after = new Set(chosen);
    if (on) after.add(arn);
    else after.delete(arn);
    onChoose?.(after);
  };
  return (
    <Scroll label="List of executions">
      <table className="list executions">
        <thead>
          <tr>
            {onChoose && (
              <th className="check">
                <input
                  type="checkbox"
                  aria-label="Choose all"
                  checked={all}
                  onChange={(event) =>
                    onChoose(
                      new Set(
                        event.target.checked ? executions.map((one) => one.executionArn) : [],
                      ),
                    )
                  }
                />
              </th>
            )}
            <th>Name</th>
            <th>Status</th>
            {machine && <th>State machine</th>}
            <th>Error</th>
            <th>Started</th>
            <th className="end">Took</th>
          </tr>
        </thead>
        <tbody>
          {executions.map((one) => {
            const started = Date.parse(one.startDate);
            const stopped = one.stopDate ? Date.parse(one.stopDate) : now;
            return (
              <tr
                key={one.executionArn}
                data-selected={chosen?.has(one.executionArn) || undefined}
                onClick={() => onOpen(one.executionArn)}
              >
                {onChoose && (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: it only keeps clicks from the row.
                  <td className="check" onClick={(event) => event.stopPropagation()}>
                    <input
                      type="checkbox"
                      aria-label={`Choose ${one.name}`}
                      checked={chosen?.has(one.executionArn) ?? false}
                      onChange={(event) => choose(one.executionArn, event.target.checked)}
                    />
                  </td>
                )}
                <td className="wide">
                  <Link
                    to={paths.execution(one.executionArn)}
                    onClick={(event) => event.stopPropagation()}
                  >
                    {one.name}
                  </Link>
                  {one.redriveCount > 0 && (
                    <span className="tag">redriven {one.redriveCount} ×</span>
                  )}
                </td>
                <td>
                  <StatusMark status={one.status} />
                </td>
                {machine && <td className="cut-cell">{nameOf(one.stateMachineArn)}</td>}
                <td className="cut-cell" title={one.cause ?? undefined}>
                  {one.error && <code>{one.error}</code>}
                </td>
                <td className="quiet number" title={moment(started)}>
                  {ago(started, now)}
                </td>
                <td className="end number">{between(stopped - started)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
