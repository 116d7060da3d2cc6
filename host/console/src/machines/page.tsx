// The state machines: a list with a search.

import { useQuery as useAnswer } from "@tanstack/react-query";
import { useState } from "react";
import type { MachineItem } from "../api/shapes";
import { Link, navigate } from "../app/location";
import { paths } from "../app/routes";
import { RoleButton } from "../session/role-button";
import { Empty } from "../ui/empty";
import { ago, count, moment } from "../ui/format";
import { useNow } from "../ui/now";
import { Scroll } from "../ui/scroll";
import { Trouble } from "../ui/trouble";
import { listMachines } from "./list";
import "./machines.css";
import { StartDialog } from "./start-dialog";

export default function MachinesPage() {
  const machines = useAnswer({
    queryKey: ["machines"],
    queryFn: ({ signal }) => listMachines(signal),
    refetchInterval: 10_000,
  });
  const [search, setSearch] = useState("");
  const [starting, setStarting] = useState<MachineItem>();
  const words = search.toLowerCase().split(/\s+/);
  const all = machines.data ?? [];
  const found = all.filter((one) => words.every((word) => one.name.toLowerCase().includes(word)));
  return (
    <div className="page">
      <header className="page-head">
        <h1>State machines</h1>
        <div className="actions">
          <Link className="button" data-kind="primary" to={paths.studio()}>
            New state machine
          </Link>
        </div>
      </header>
      <div className="filters">
        <input
          className="input search"
          type="search"
          aria-label="Search state machines"
          placeholder="Search by name"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <span className="quiet number">
          {found.length === all.length
            ? count(all.length)
            : `${count(found.length)} of ${count(all.length)}`}
        </span>
      </div>
      {machines.error && <Trouble error={machines.error} onAgain={machines.refetch} />}
      {machines.data && (
        <section className="panel list-panel" aria-label="State machines">
          {found.length > 0 ? (
            <MachineRows machines={found} onStart={setStarting} />
          ) : all.length > 0 ? (
            <Empty title="No name fits." />
          ) : (
            <Empty title="No state machine yet.">
              <p>
                Build one in the Studio, or create one with any client of AWS Step Functions whose
                endpoint is this host.
              </p>
              <Link to={paths.studio()}>Open the Studio</Link>
            </Empty>
          )}
        </section>
      )}
      {starting && (
        <StartDialog
          machineArn={starting.stateMachineArn}
          type={starting.type}
          onClose={() => setStarting(undefined)}
        />
      )}
    </div>
  );
}

interface RowsProps {
  machines: MachineItem[];
  onStart: (machine: MachineItem) => void;
}

function MachineRows({ machines, onStart }: RowsProps) {
  const now = useNow(false);
  return (
    <Scroll label="List of state machines">
      <table className="list machines">
        <thead>
          <tr>
            <th>Name</th>
            <th className="roomy">Type</th>
            <th>Created</th>
            <th>
              <span className="hidden-text">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {machines.map((one) => (
            <tr
              key={one.stateMachineArn}
              onClick={() => navigate(paths.machine(one.stateMachineArn))}
            >
              <td className="wide">
                <Link
                  to={paths.machine(one.stateMachineArn)}
                  onClick={(event) => event.stopPropagation()}
                >
                  {one.name}
                </Link>
              </td>
              <td className="quiet roomy">{one.type === "EXPRESS" ? "Express" : "Standard"}</td>
              <td className="quiet number" title={moment(one.creationDate * 1_000)}>
                {ago(one.creationDate * 1_000, now)}
              </td>
              <td className="end">
                <RoleButton
                  needs="run"
                  size="s"
                  aria-label={`Start ${one.name}`}
                  onClick={(event) => {
                    event.stopPropagation();
                    onStart(one);
                  }}
                >
                  Start…
                </RoleButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
