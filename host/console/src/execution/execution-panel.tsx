// The panel of an execution as a whole: its input and output, its details, and what its tasks used.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { told } from "../api/client";
import { Link } from "../app/location";
import { paths } from "../app/routes";
import { Notice } from "../ui/button";
import { Copy } from "../ui/copy";
import { bytes, count, duration, machineOf, moment } from "../ui/format";
import { JsonView } from "../ui/json";
import { Tabs } from "../ui/tabs";
import { readPayload } from "./payload";
import type { Execution } from "./use-execution";

export function ExecutionPanel({ execution }: { execution: Execution }) {
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
