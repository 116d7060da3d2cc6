// The shapes of answers: those of /api from its description, those of AWS's actions as far as the console reads them.
import type { components } from "./openapi";

type Schemas = components["schemas"];
export type Summary = Schemas["Summary"];
export type Description = Schemas["Description"];
export type Status = Schemas["Status"];
export type Page = Schemas["Page"];
export type TaskUsage = Schemas["TaskUsage"];
export type Tasks = Schemas["Tasks"];
export type Usage = Schemas["Usage"];
export type Session = Schemas["Session"];
export type Bulk = Schemas["Bulk"];
export type PluginEntry = Schemas["PluginEntry"];
export type PluginLogLine = Schemas["Line"];
export type PluginUsers = Schemas["Users"];

/** One of AWS's HistoryEvent, as /api writes it: its time is RFC 3339. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  timestamp: string;
  type: string;
  [details: string]: unknown;
}

export interface MachineItem {
  stateMachineArn: string;
  name: string;
  type: "STANDARD" | "EXPRESS";
  creationDate: number;
}

export interface MachineDescription extends MachineItem {
  definition: string;
  roleArn: string;
  status: string;
  revisionId?: string;
  description?: string;
}

export interface MapRunCounts {
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  aborted: number;
  total: number;
  resultsWritten: number;
  pendingRedrive?: number;
}

export interface MapRun {
  mapRunArn: string;
  executionArn: string;
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";
  /** Unix seconds. */
  startDate: number;
  stopDate?: number;
  maxConcurrency: number;
  toleratedFailurePercentage: number;
  toleratedFailureCount: number;
  itemCounts: MapRunCounts;
  executionCounts: MapRunCounts;
  redriveCount?: number;
}
