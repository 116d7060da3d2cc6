// A state machine's versions.

import { useQuery as useAnswer } from "@tanstack/react-query";
import { aws, told } from "../api/client";
import { Notice } from "../ui/button";
import { Empty } from "../ui/empty";
import { moment } from "../ui/format";
import { Scroll } from "../ui/scroll";

export interface Version {
  stateMachineVersionArn: string;
  creationDate: number;
}

/** As many as an answer has. */
export const MOST = 1_000;

/** All versions, the newest first. */
export function useVersions(arn: string) {
  return useAnswer({
    queryKey: ["versions", arn],
    queryFn: ({ signal }) =>
      aws<{ stateMachineVersions: Version[] }>(
        "ListStateMachineVersions",
        { stateMachineArn: arn, maxResults: MOST },
        signal,
      ),
  });
}

export function Versions({ arn }: { arn: string }) {
  const versions = useVersions(arn);
  if (versions.error) return <Notice>{told(versions.error)}</Notice>;
  const all = versions.data?.stateMachineVersions ?? [];
  if (versions.isSuccess && all.length === 0) {
    return (
      <section className="panel">
        <Empty title="No version was published.">
          <p>
            A version stays as it is, whatever is saved later. Publish one as you save in the
            Studio.
          </p>
        </Empty>
      </section>
    );
  }
  return (
    <section className="panel list-panel" aria-label="Versions">
      <Scroll label="List of versions">
        <table className="list">
          <thead>
            <tr>
              <th>Version</th>
              <th>Published</th>
              <th>ARN</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.stateMachineVersionArn}>
                <td className="number">{one.stateMachineVersionArn.split(":").at(-1)}</td>
                <td className="quiet number">{moment(one.creationDate * 1_000)}</td>
                <td className="wide">
                  <code>{one.stateMachineVersionArn}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
