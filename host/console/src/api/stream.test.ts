import { expect, it } from "vitest";
import { EventParser } from "./stream";

it.each([
  ["one event", ["event: history\nid: 3\ndata: {}\n\n"], [["history", "3", "{}"]]],
  ["in pieces", ["event: his", "tory\nid: 3\nda", "ta: {}\n", "\n"], [["history", "3", "{}"]]],
  ["lines of data", ["data: a\ndata: b\n\n"], [["message", "", "a\nb"]]],
  ["comments, and no data", [": alive\n\nevent: x\n\ndata:1\r\n\r\n"], [["message", "", "1"]]],
  ["not whole yet", ["event: history\ndata: {}\n"], []],
])("%s", (_, pieces, expected) => {
  const parser = new EventParser();
  const events = pieces.flatMap((piece) => parser.push(piece));
  expect(events.map((event) => [event.event, event.id, event.data])).toEqual(expected);
});
