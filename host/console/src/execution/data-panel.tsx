// What a visit got and gave, and each stage between.
import { useQuery } from "@tanstack/react-query";
import { told } from "../api/client";
import { Notice } from "../ui/button";
import { JsonView } from "../ui/json";
import { readRecorded, readStages, type Stage, type Stages } from "./data-flow";
import type { Visit } from "./model/visit";
import type { Execution } from "./use-execution";

interface Props {
  execution: Execution;
  visit: Visit;
}

export function DataPanel({ execution, visit }: Props) {
  const { arn, definition, ids, reading } = execution;
  const { history } = reading;
  const over = [visit.exitedId, visit.attempts.at(-1)?.endedId, visit.attempts.length];
  const recorded = useQuery({
    queryKey: ["recorded", arn, visit.id, ...over],
    queryFn: ({ signal }) => readRecorded(arn, visit, signal),
    placeholderData: (before) => before,
  });
  const data = recorded.data;
  const stages = useQuery({
    queryKey: ["stages", arn, visit.id, ...over],
    queryFn: ({ signal }) =>
      data && definition !== undefined
        ? readStages({ arn, history, visit, definition, ids, recorded: data }, signal)
        : Promise.resolve<Stages>({ stages: [] }),
    enabled: data !== undefined && definition !== undefined && !recorded.isPlaceholderData,
    retry: false,
  });
  if (recorded.error) return <Notice>{told(recorded.error)}</Notice>;
  if (!data) return null;
  const between = stages.data?.stages ?? fromHistory(data);
  return (
    <div className="data">
      <JsonView label="Input" text={data.input} height={240} />
      {between
        .filter((stage) => stage.text !== data.input)
        .map((stage) => (
          <JsonView
            key={stage.field}
            label={stage.field === "Result" ? "Result" : `After ${stage.field}`}
            text={stage.text}
            height={180}
          />
        ))}
      {data.variables &&
        Object.entries(data.variables).map(([name, text]) => (
          <JsonView key={name} label={`Assigned $${name}`} text={text} height={140} />
        ))}
      {data.output !== undefined && <JsonView label="Output" text={data.output} height={240} />}
      {stages.data && stages.data.stages.length > 0 && (
        <p className="quiet">
          The stages between are worked out again by the host, from the recorded input and result.
        </p>
      )}
      {stages.data?.without && <p className="quiet">{stages.data.without}</p>}
      {stages.error && (
        <p className="quiet">The stages between cannot be worked out: {told(stages.error)}</p>
      )}
    </div>
  );
}

/** What a history alone has of the stages. */
function fromHistory(data: { parameters?: string; result?: string }): Stage[] {
  const { parameters, result } = data;
  return [
    ...(parameters === undefined ? [] : [{ field: "Parameters", text: parameters }]),
    ...(result === undefined ? [] : [{ field: "Result", text: result }]),
  ];
}
