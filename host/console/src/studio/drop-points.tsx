// Where something can be put into the graph: on transitions, in empty machines, onto states.
import { type DragEvent, useState } from "react";
import { regionsOf, statesOf } from "../graph";
import { type Box, HEAD, type Point, type Route } from "../graph/layout";
import { emptyOf } from "../graph/model";
import { middleOf } from "../graph/path";
import type { LaidOut } from "../graph/use-layout";
import { drop, put } from "./commands";
import { useStudio } from "./context";
import { type Dragged, setDragged, useDragged } from "./dragging";
import { dropWords, type Place, takesInsert } from "./edit/insert";

/** Half the side of the square that takes what is dropped on an edge. */
const REACH = 26;

export function DropPoints({ laid, onPick }: { laid: LaidOut; onPick: (place: Place) => void }) {
  const dragged = useDragged();
  const { graph, layout } = laid;
  const regions = regionsOf(graph);
  return (
    <>
      {regions.flatMap((region) =>
        region.edges.filter(takesInsert).map((edge) => {
          const route = layout.routes.get(edge.id);
          const own =
            dragged?.what === "state" && (edge.from === dragged.id || edge.to === dragged.id);
          if (!route || route.points.length < 2 || own) return null;
          const at = placeOf(route);
          return (
            <Spot
              key={edge.id}
              place={{ on: "edge", id: edge.id }}
              dragged={dragged}
              box={{ x: at.x - REACH, y: at.y - REACH / 2, width: 2 * REACH, height: REACH }}
              kind="edge"
              words="Add a state here"
              onPick={onPick}
            />
          );
        }),
      )}
      {regions
        .filter((region) => region.states.length === 0)
        .map((region) => {
          const box = layout.boxes.get(emptyOf(region.id));
          const place: Place = { on: "region", id: region.id, path: region.path };
          const words =
            region.path.length === 0 ? "Drop or choose a first state" : "Drop a state here";
          return (
            box && (
              <Spot key={region.id} {...{ place, dragged, box, words, onPick }} kind="region" />
            )
          );
        })}
      {dragged?.what === "template" &&
        statesOf(graph).map((state) => {
          const box = layout.boxes.get(state.id);
          const words = dropWords(state);
          if (!box || !words) return null;
          const head = { ...box, height: Math.min(box.height, HEAD) };
          const place: Place = { on: "state", id: state.id };
          return (
            <Spot key={state.id} {...{ place, dragged, words, onPick }} box={head} kind="state" />
          );
        })}
    </>
  );
}

interface SpotProps {
  readonly place: Place;
  readonly box: Box;
  readonly kind: Place["on"];
  readonly words: string;
  readonly dragged: Dragged | undefined;
  readonly onPick: (place: Place) => void;
}

function Spot({ place, box, kind, words, dragged, onPick }: SpotProps) {
  const { session, language, target } = useStudio();
  const [over, setOver] = useState(false);
  const chosen = target?.on === place.on && target.id === place.id;
  const take = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (dragged?.what === "template") put(session, dragged.template, language, place);
    else if (dragged) drop(session, dragged.id, place);
    setDragged(undefined);
  };
  const enter = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const classes = [
    "spot",
    `spot-${kind}`,
    dragged ? "spot-waiting" : "",
    over || chosen ? "spot-over" : "",
  ];
  return (
    <button
      type="button"
      // The palette is the keyboard's way: it puts things behind the state that is selected.
      tabIndex={kind === "region" ? 0 : -1}
      className={`${classes.join(" ")} nopan`}
      style={{
        transform: `translate(${box.x}px, ${box.y}px)`,
        width: box.width,
        height: box.height,
      }}
      aria-label={words}
      data-place={place.id}
      onClick={() => onPick(place)}
      onDragEnter={enter}
      onDragOver={enter}
      onDragLeave={() => setOver(false)}
      onDrop={take}
    >
      {kind === "edge" ? <i aria-hidden="true">+</i> : <span>{words}</span>}
    </button>
  );
}

/** The middle of an edge, or below its label. */
function placeOf({ points, label }: Route): Point {
  const end = points.at(-1);
  if (!label || !end) return middleOf(points);
  const x = label.x + label.width / 2;
  const y = label.y + label.height;
  return Math.abs(x - end.x) < label.width / 2
    ? { x: end.x, y: (y + end.y) / 2 }
    : { x, y: y + 14 };
}
