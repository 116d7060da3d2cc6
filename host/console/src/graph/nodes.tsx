// What stands in the graph: cards, containers, branches, and the points where a machine begins and ends.
import type { Node, NodeProps } from "@xyflow/react";
import { type DragEvent, memo } from "react";
import { StatusIcon, TypeIcon } from "./icons";
import { HEAD } from "./layout";
import type { StateNode } from "./model";
import { STATUS_WORDS, type StateStatus } from "./status";

/** How bad the worst problem of a state is. */
export type Problem = "ERROR" | "WARNING";

export type StateData = {
  readonly state: StateNode;
  readonly status: StateStatus | undefined;
  /** Whether an execution is shown, so that states without a status are those that it did not reach. */
  readonly live: boolean;
  readonly badge: string | undefined;
  readonly problem: Problem | undefined;
  readonly selected: boolean;
  readonly onDragStart: ((event: DragEvent, id: string) => void) | undefined;
};

export type StateFlowNode = Node<StateData, "state">;
export type PointFlowNode = Node<{ kind: "start" | "end"; outer: boolean }, "point">;
export type RegionFlowNode = Node<{ label: string }, "region">;
export type EmptyFlowNode = Node<{ text: string }, "empty">;
export type FlowNode = StateFlowNode | PointFlowNode | RegionFlowNode | EmptyFlowNode;

function State({ data }: NodeProps<StateFlowNode>) {
  const { state, status, live, badge, problem, selected, onDragStart } = data;
  const container = state.regions.length > 0;
  const detail = state.detail || typeWords(state);
  const classes = [
    "g-state",
    container ? "g-container" : "g-card",
    `g-type-${state.type}`,
    status ? `g-${status}` : live ? "g-unreached" : "",
    selected ? "g-selected" : "",
  ];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the node around it has the keyboard; dragging has the menu's commands beside it
    <div
      className={classes.join(" ")}
      draggable={onDragStart !== undefined}
      onDragStart={(event) => onDragStart?.(event, state.id)}
    >
      <div className="g-head" style={container ? { height: HEAD - 2 } : undefined}>
        <span className="g-icon">
          <TypeIcon type={state.type} />
        </span>
        <span className="g-words">
          <span className="g-name" title={state.name}>
            {state.name}
          </span>{" "}
          {/* The spaces keep apart what is read as one text. */}
          <span className="g-under">
            <span className="g-detail" title={detail}>
              {detail}
            </span>{" "}
            {badge && <span className="g-badge">{badge}</span>}
          </span>
        </span>
        {status && (
          <span className="g-status" title={STATUS_WORDS[status]}>
            <StatusIcon status={status} />
          </span>
        )}
        {problem && (
          <span
            className={`g-problem g-${problem}`}
            title={problem === "ERROR" ? "has errors" : "has warnings"}
          />
        )}
      </div>
    </div>
  );
}

/** The kind of a state in words. */
export function typeWords(state: StateNode): string {
  if (state.distributed) return "Distributed map";
  return state.type === "Unknown" ? "no type" : state.type;
}

function MachinePoint({ data }: NodeProps<PointFlowNode>) {
  const outer = data.outer ? " g-outer" : "";
  return (
    <div
      className={`g-point g-point-${data.kind}${outer}`}
      title={data.kind === "start" ? "Start" : "End"}
    />
  );
}

function RegionFrame({ data }: NodeProps<RegionFlowNode>) {
  return <div className="g-region" title={data.label} />;
}

function Empty({ data }: NodeProps<EmptyFlowNode>) {
  return <div className="g-empty">{data.text}</div>;
}

export const NODE_TYPES = {
  state: memo(State),
  point: memo(MachinePoint),
  region: memo(RegionFrame),
  empty: memo(Empty),
};
