// One field of the definition as a control, in step with the text.
import { useId, useState } from "react";
import { type JsonDocument, type Path, RawJson, same, toPointer } from "../../definition";
import { useSnapshot, useStudio } from "../context";
import { removeField, setField } from "../edit/fields";
import { ERRORS, type Field } from "./spec";

/** Sets a field, or takes it out (and what it leaves empty) when there is no value. */
export function useField(path: Path): {
  document: JsonDocument;
  value: unknown;
  set: (value: unknown) => void;
} {
  const { session } = useStudio();
  const { sound } = useSnapshot(session);
  const set = (value: unknown) =>
    session.edit(
      (document) =>
        value === undefined ? removeField(document, path) : setField(document, path, value),
      toPointer(path),
    );
  return { document: sound, value: sound.value(path), set };
}

/** A labelled control for a field of what stands at `of`. */
export function FieldInput({ of, field }: { of: Path; field: Field }) {
  const id = useId();
  const path = [...of, ...field.at];
  const { diagnostics } = useStudio();
  const pointer = toPointer(path);
  const problem = diagnostics.find((diagnostic) => toPointer(diagnostic.path) === pointer);
  const inline = field.kind === "boolean";
  return (
    <div className={inline ? "st-field st-inline" : "st-field"} data-field={field.at.join(".")}>
      <label htmlFor={id}>{field.label}</label>
      <Control id={id} path={path} field={field} bad={problem !== undefined} />
      {problem ? (
        <p className="st-problem" data-severity={problem.severity}>
          {problem.message}
        </p>
      ) : (
        field.hint && <p className="st-hint">{field.hint}</p>
      )}
    </div>
  );
}

interface ControlProps {
  readonly id: string;
  readonly path: Path;
  readonly field: Field;
  readonly bad: boolean;
}

function Control({ id, path, field, bad }: ControlProps) {
  const { document, value, set } = useField(path);
  const common = { id, "aria-invalid": bad || undefined };
  const { kind } = field;
  if (typeof kind === "object") {
    const options =
      value === undefined || kind.options.includes(String(value))
        ? kind.options
        : [...kind.options, String(value)];
    return (
      <select
        {...common}
        className="input"
        value={String(value ?? "")}
        onChange={(event) => set(event.target.value || undefined)}
      >
        <option value="">
          {field.fallback
            ? field.fallback.includes(" ")
              ? field.fallback
              : `${field.fallback} (default)`
            : "–"}
        </option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    );
  }
  if (kind === "boolean") {
    return (
      <input
        {...common}
        type="checkbox"
        checked={value === true}
        onChange={(event) => set(event.target.checked || undefined)}
      />
    );
  }
  const text = kind === "json" ? pretty(document, path) : shown(document, path, kind === "words");
  if (kind === "json") return <JsonInput {...common} text={text} set={set} />;
  const change = (typed: string) => set(typed === "" ? undefined : read(typed, field));
  if (kind === "area") {
    return (
      <textarea
        {...common}
        className="input"
        rows={2}
        value={text}
        onChange={(event) => change(event.target.value)}
      />
    );
  }
  return <TextInput {...common} text={text} value={value} change={change} field={field} />;
}

interface TextProps {
  readonly id: string;
  readonly text: string;
  /** The field's value at the moment. */
  readonly value: unknown;
  readonly field: Field;
  readonly change: (typed: string) => void;
}

/** Keeps what is being typed, since `a, ` is the same list as `a` and yet not the same to who types it. */
function TextInput({ text, value, change, field, ...rest }: TextProps) {
  const [typed, setTyped] = useState("");
  const own = typed !== "" && same(plain(read(typed, field)), value);
  const list = field.at.at(-1) === "ErrorEquals" ? ERROR_LIST : undefined;
  return (
    <input
      {...rest}
      className={field.kind === "words" ? "input" : "input mono"}
      value={own ? typed : text}
      placeholder={field.fallback}
      inputMode={field.kind === "number" ? "decimal" : undefined}
      list={list}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        setTyped(event.target.value);
        change(event.target.value);
      }}
      onBlur={() => setTyped("")}
    />
  );
}

const plain = (value: unknown) => (value instanceof RawJson ? JSON.parse(value.text) : value);

const ERROR_LIST = "st-errors";

/** The suggestions for error names, once in a page. */
export function ErrorSuggestions() {
  return (
    <datalist id={ERROR_LIST}>
      {ERRORS.map((error) => (
        <option key={error} value={error} />
      ))}
    </datalist>
  );
}

interface JsonProps {
  readonly id: string;
  readonly text: string;
  readonly set: (value: unknown) => void;
}

/** What is being typed as JSON, and what the field was shown as then. */
interface Draft {
  readonly typed: string;
  readonly over: string;
  readonly problem: string | undefined;
}

/** JSON that is taken when it is JSON. A text that begins with `{%` is an expression, and needs no quotes. */
function JsonInput({ text, set, ...rest }: JsonProps) {
  const [draft, setDraft] = useState<Draft>();
  const own =
    draft !== undefined && (draft.problem ? draft.over === text : alike(draft.typed, text));
  const change = (typed: string) => {
    const problem = typed.trim() === "" || isExpression(typed) ? undefined : jsonError(typed);
    setDraft({ typed, over: text, problem });
    if (problem) return;
    set(
      typed.trim() === ""
        ? undefined
        : isExpression(typed)
          ? typed.trim()
          : new RawJson(typed.trim()),
    );
  };
  const value = own ? draft.typed : text;
  return (
    <>
      <textarea
        {...rest}
        className="input mono"
        rows={Math.min(12, Math.max(2, value.split("\n").length))}
        spellCheck={false}
        value={value}
        onChange={(event) => change(event.target.value)}
        onBlur={() => draft?.problem === undefined && setDraft(undefined)}
      />
      {own && draft.problem && <p className="st-problem">Not JSON yet: {draft.problem}</p>}
    </>
  );
}

const isExpression = (typed: string) => typed.trim().startsWith("{%");

function jsonError(typed: string): string | undefined {
  try {
    JSON.parse(typed);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether two texts are the same JSON, or the same expression. */
function alike(typed: string, text: string): boolean {
  if (typed.trim() === text.trim()) return true;
  if (jsonError(typed) || jsonError(text)) return false;
  return same(JSON.parse(typed), JSON.parse(text));
}

function shown(document: JsonDocument, path: Path, words: boolean): string {
  const value = document.value(path);
  if (value === undefined) return "";
  if (words && Array.isArray(value)) return value.join(", ");
  // A number in its own form; null as the word it is.
  return typeof value === "string" ? value : (document.textAt(path) ?? "");
}

function pretty(document: JsonDocument, path: Path): string {
  const value = document.value(path);
  if (value === undefined) return "";
  if (typeof value === "string" && value.trim().startsWith("{%")) return value;
  const text = document.textAt(path) ?? "";
  if (typeof value !== "object" || value === null) return text;
  if (!text.includes("\n")) return text.length > 48 ? JSON.stringify(value, null, 2) : text;
  const lines = text.split(/\r?\n/);
  const indent = /^\s*/.exec(lines.at(-1) ?? "")?.[0] ?? "";
  return lines
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join("\n");
}

/** The value of what was typed. */
function read(typed: string, field: Field): unknown {
  switch (field.kind) {
    case "words":
      return typed
        .split(",")
        .map((word) => word.trim())
        .filter((word) => word !== "");
    case "number":
      return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(typed.trim())
        ? new RawJson(typed.trim())
        : typed;
    default:
      // A path may be null, which drops what it is the path of.
      return typed === "null" && field.at.at(-1)?.endsWith("Path") ? null : typed;
  }
}
