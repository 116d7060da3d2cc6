import { describe, expect, it } from "vitest";
import { set } from "../definition";
import { Session } from "./session";

const text = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';

describe("a session", () => {
  it("undoes and does again, selection included", () => {
    const session = new Session(text);
    session.select("/States/A");
    session.edit((document) => set(document, ["Comment"], "x"));
    session.edit((document) => ({ document: set(document, ["Comment"], "y"), select: undefined }));
    session.undo();
    expect(session.get().document.value(["Comment"])).toBe("x");
    expect(session.get().selected).toBe("/States/A");
    session.undo();
    expect(session.get().document.text).toBe(text);
    expect(session.get().canUndo).toBe(false);
    session.redo();
    session.redo();
    session.redo();
    expect(session.get().document.value(["Comment"])).toBe("y");
    expect(session.get().canRedo).toBe(false);
  });

  it("undoes what was typed into one field together", () => {
    const session = new Session(text);
    for (const typed of ["h", "hi", "hi!"])
      session.edit((d) => set(d, ["Comment"], typed), "/Comment");
    session.undo();
    expect(session.get().document.text).toBe(text);
  });

  it("shows the last sound definition while the text is none, and makes no edits of it then", () => {
    const session = new Session(text);
    session.write(`${text},`);
    session.edit((document) => set(document, ["Comment"], "lost"));
    expect(session.get().document.text).toBe(`${text},`);
    expect(session.get().sound.text).toBe(text);
    session.write("{}");
    expect(session.get().sound.text).toBe("{}");
  });

  it("forgets a selection that is gone", () => {
    const session = new Session(text);
    session.select("/States/A");
    session.write("{}");
    expect(session.get().selected).toBeUndefined();
  });

  it("keeps a bounded past", () => {
    const session = new Session("{}");
    for (let i = 0; i < 400; i++) session.edit((document) => set(document, ["n"], i));
    let steps = 0;
    for (; session.get().canUndo; steps++) session.undo();
    expect(steps).toBe(300);
  });
});
