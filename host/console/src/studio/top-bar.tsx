// The Studio's bar: what is open, the modes, and what is done with the whole.
import { type ReactNode, useRef } from "react";
import { Link } from "../app/location";
import { paths } from "../app/routes";
import { RoleButton } from "../session/role-button";
import { Button } from "../ui/button";
import { Menu } from "../ui/menu";
import { Segments } from "../ui/segments";
import { useSnapshot, useStudio } from "./context";
import { FORMATS, type Format } from "./files";

export const MODES = ["design", "code", "config"] as const;
export type Mode = (typeof MODES)[number];

interface Props {
  readonly name: string;
  readonly arn: string | undefined;
  readonly mode: Mode;
  readonly modified: boolean;
  readonly saved: boolean;
  readonly problems: ReactNode;
  readonly onMode: (mode: Mode) => void;
  readonly onSave: () => void;
  readonly onRun: () => void;
  readonly onDiff: () => void;
  readonly onKeys: () => void;
  readonly onDiscard: () => void;
  readonly onImport: (file: File) => void;
  readonly onExport: (format: Format) => void;
}

export function TopBar(props: Props) {
  const { name, mode, modified, saved, problems } = props;
  const { session } = useStudio();
  const { canUndo, canRedo } = useSnapshot(session);
  const file = useRef<HTMLInputElement>(null);
  return (
    <div className="studio-bar">
      <div className="studio-title">
        <h1 className="cut">
          {props.arn ? <Link to={paths.machine(props.arn)}>{name}</Link> : name || "New workflow"}
        </h1>
        <span className="quiet studio-saved" role="status">
          {modified ? (saved ? "Changed" : "Not saved") : saved ? "Saved" : ""}
        </span>
      </div>
      <Segments
        label="Mode"
        options={MODES.map((one) => [one, one.charAt(0).toUpperCase() + one.slice(1)])}
        value={mode}
        onChange={props.onMode}
      />
      <div className="studio-actions">
        {problems}
        <Button
          kind="quiet"
          disabled={!canUndo}
          onClick={() => session.undo()}
          aria-label="Undo"
          title="Undo (Ctrl+Z)"
        >
          <Arrow d="M6.5 3 3 6.500l3.500 3.500M3 6.500h6.200a3.800 3.800 0 0 1 0 7.500H7" />
        </Button>
        <Button
          kind="quiet"
          disabled={!canRedo}
          onClick={() => session.redo()}
          aria-label="Do again"
          title="Do again (Ctrl+Shift+Z)"
        >
          <Arrow d="M9.500 3 13 6.500 9.500 10M13 6.500H6.800a3.800 3.800 0 0 0 0 7.500H9" />
        </Button>
        <Menu
          trigger={
            <Button kind="quiet" aria-label="More">
              ⋯
            </Button>
          }
          items={[
            { label: "Import a file…", onSelect: () => file.current?.click() },
            ...FORMATS.map((format) => ({
              label: `Export as ${format}`,
              onSelect: () => props.onExport(format),
            })),
            { label: "Compare with what is saved", onSelect: props.onDiff, disabled: !saved },
            {
              label: saved ? "Back to what is saved" : "Begin anew",
              onSelect: props.onDiscard,
              disabled: !modified,
            },
            { label: "Keyboard", onSelect: props.onKeys },
          ]}
        />
        <RoleButton
          needs="run"
          onClick={props.onRun}
          disabled={!saved}
          title={saved ? "Start an execution of what is saved" : "Save it first"}
        >
          Run
        </RoleButton>
        <RoleButton
          needs="admin"
          kind="primary"
          onClick={props.onSave}
          disabled={saved && !modified}
        >
          {saved ? "Save" : "Create"}
        </RoleButton>
      </div>
      <input
        ref={file}
        type="file"
        hidden
        accept=".json,.yaml,.yml,.asl"
        aria-label="A definition to import"
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          if (chosen) props.onImport(chosen);
          event.target.value = "";
        }}
      />
    </div>
  );
}

function Arrow({ d }: { d: string }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={d} />
    </svg>
  );
}
