// What can be put into a workflow: dragged from here, or chosen by a click or the keyboard.
import { useMemo, useRef, useState } from "react";
import type { PluginEntry } from "../api/shapes";
import { TypeIcon } from "../graph";
import { put } from "./commands";
import { useStudio } from "./context";
import { beginDrag } from "./dragging";
import { AWS, FLOW, PATTERNS, pluginTemplate, type Template } from "./edit/templates";

/** The id of the palette's search field, which keys and buttons lead to. */
export const PALETTE_SEARCH = "palette-search";

const GROUPS = ["Flow", "Plugins", "Patterns", "AWS"] as const;
type Group = (typeof GROUPS)[number];

export function Palette({ onDone }: { onDone: () => void }) {
  const { plugins, target, setTarget } = useStudio();
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => groupsOf(plugins), [plugins]);
  const words = query.trim().toLowerCase();
  const shown = GROUPS.map((group) => ({
    group,
    templates: groups[group].filter((template) => fits(template, words)),
  })).filter(({ templates }) => templates.length > 0);
  const first = () => list.current?.querySelector<HTMLElement>(".palette-item")?.focus();
  return (
    <section className="palette" aria-label="What can be added">
      <div className="palette-head">
        <input
          id={PALETTE_SEARCH}
          className="input"
          type="search"
          placeholder="Search states and actions"
          aria-label="Search states and actions"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "ArrowDown" && event.key !== "Enter") return;
            event.preventDefault();
            first();
          }}
        />
        {target && (
          <p className="palette-target" role="status">
            Choose what goes there.
            <button type="button" className="link-button" onClick={() => setTarget(undefined)}>
              Cancel
            </button>
          </p>
        )}
      </div>
      <div className="palette-list" ref={list}>
        {shown.map(({ group, templates }) => (
          <details key={group} open={group !== "AWS" || words !== ""}>
            <summary>
              {group}
              <span className="tag">{templates.length}</span>
            </summary>
            {templates.map((template) => (
              <Item key={template.id} template={template} onDone={onDone} />
            ))}
          </details>
        ))}
        {shown.length === 0 && (
          <p className="quiet palette-none">Nothing has “{query}” in its name.</p>
        )}
      </div>
    </section>
  );
}

function Item({ template, onDone }: { template: Template; onDone: () => void }) {
  const { session, language, target, setTarget } = useStudio();
  const add = () => {
    put(session, template, language, target);
    setTarget(undefined);
    onDone();
  };
  return (
    <button
      type="button"
      className={`palette-item g-type-${template.type}`}
      draggable
      title={template.hint}
      data-template={template.id}
      onClick={add}
      onKeyDown={walk}
      onDragStart={(event) => beginDrag(event, { what: "template", template }, template.label)}
    >
      <span className="g-icon">
        <TypeIcon type={template.type} size={14} />
      </span>
      <span className="palette-words">
        <span className="cut">{template.label}</span>
        <span className="cut quiet">{template.hint}</span>
      </span>
    </button>
  );
}

/** The arrow keys lead from one item to the next. */
function walk(event: React.KeyboardEvent<HTMLElement>): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const items = [
    ...(event.currentTarget
      .closest(".palette")
      ?.querySelectorAll<HTMLElement>("details[open] .palette-item") ?? []),
  ];
  const next = items[items.indexOf(event.currentTarget) + by];
  (next ?? document.getElementById(PALETTE_SEARCH))?.focus();
}

function fits(template: Template, words: string): boolean {
  return `${template.label} ${template.hint} ${template.id}`.toLowerCase().includes(words);
}

function groupsOf(plugins: readonly PluginEntry[]): Record<Group, readonly Template[]> {
  const newest = new Map(plugins.map((plugin) => [plugin.name, plugin.description]));
  return {
    Flow: FLOW,
    Plugins: [...newest].map(([name, description]) => pluginTemplate(name, description)),
    Patterns: PATTERNS,
    AWS,
  };
}
