// What stands in for modules of Node.js against those modules.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import path from "node:path";
import querystring from "node:querystring";
import { test } from "node:test";
import util from "node:util";

import { failureOf } from "../src/lambda/errors.js";
import { format, inspect } from "../src/inspect.js";
import { Buffer as OwnBuffer } from "../src/node/buffer.js";
import { HASHES } from "../src/node/hashes.js";
import ownPath from "../src/node/path.js";
import ownQuery from "../src/node/querystring.js";
import ownUtil from "../src/node/util.js";

test("bytes and text", () => {
  const texts = ["", "abc", "äöü€😀", "a".repeat(100), "aGVsbG8=", "aGVsbG8", "-_+/", "68656c6c6f", "6x", "abc\n=def"];
  for (const encoding of ["utf8", "hex", "base64", "base64url", "latin1", "ascii", "utf16le", "ucs-2", "binary"]) {
    for (const text of texts) {
      const [own, theirs] = [OwnBuffer.from(text, encoding), Buffer.from(text, encoding)];
      assert.deepEqual([...own], [...theirs], `${encoding} ${text}`);
      for (const to of ["utf8", "hex", "base64", "base64url", "latin1", "ascii"]) assert.equal(own.toString(to), theirs.toString(to), `${encoding} ${text} ${to}`);
    }
  }
  assert.throws(() => OwnBuffer.from("x", "klingon"), { code: "ERR_UNKNOWN_ENCODING" });
});

test("methods of Buffer", () => {
  const programs = [
    (B) => B.concat([B.from("ab"), B.from("cd")]).toString(),
    (B) => B.concat([B.from("ab"), B.from("cd")], 3).toString(),
    (B) => JSON.stringify(B.from([1, 2, 300])),
    (B) => B.from({ type: "Buffer", data: [104, 105] }).toString(),
    (B) => B.alloc(5, "ab").toString(),
    (B) => [B.byteLength("ä€"), B.isBuffer(B.alloc(1)), B.isBuffer(new Uint8Array(1)), B.isEncoding("HEX"), B.isEncoding("x")],
    (B) => [B.from("abc").equals(B.from("abc")), B.compare(B.from("a"), B.from("b")), B.from("ab").compare(B.from("a"))],
    (B) => { const bytes = B.from("hello"); bytes.slice(1, 3).fill(120); return bytes.toString(); },
    (B) => { const bytes = B.alloc(8); return [bytes.write("hey", 2), bytes.toString("hex"), bytes.write("4142", "hex"), bytes.toString("hex")]; },
    (B) => { const to = B.alloc(3); return [B.from("hello").copy(to, 1, 2), to.toString("hex")]; },
    (B) => [B.from("hello").indexOf("l"), B.from("hello").indexOf("lo"), B.from("hello").indexOf(111), B.from("hello").includes("z"), B.from("hello").indexOf("l", -1)],
    (B) => { const bytes = B.alloc(16); return [bytes.writeUInt32BE(0xdeadbeef, 0), bytes.writeInt16LE(-2, 4), bytes.writeDoubleLE(1.5, 8), bytes.toString("hex"), bytes.readUInt32BE(0), bytes.readUint16LE(4), bytes.readDoubleLE(8), String(bytes.readBigUInt64BE(0))]; },
  ];
  for (const program of programs) assert.deepEqual(program(OwnBuffer), program(Buffer), String(program));
});

test("hashes", () => {
  for (const [name, hash] of Object.entries(HASHES)) {
    for (const size of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000]) {
      const message = Buffer.alloc(size, "0123456789");
      assert.equal(Buffer.from(hash(message)).toString("hex"), createHash(name).update(message).digest("hex"), `${name} of ${size} bytes`);
    }
  }
});

test("paths", () => {
  for (const one of ["", "/", "a", "/a/b/c.txt", "a/b/", "../x", "a/../../b", "/../x", ".bashrc", "a.b.c", "//a//b", "./", "a/.", "x."]) {
    for (const method of ["normalize", "dirname", "basename", "extname", "isAbsolute", "parse"]) assert.deepEqual(ownPath[method](one), path.posix[method](one), `${method} ${one}`);
    for (const other of ["", "y", "/z", "../w"]) {
      assert.equal(ownPath.join(one, other), path.posix.join(one, other), `join ${one} ${other}`);
      assert.equal(ownPath.resolve("/r", one, other), path.posix.resolve("/r", one, other), `resolve ${one} ${other}`);
    }
  }
  assert.equal(ownPath.basename("a/b.js", ".js"), "b");
  assert.equal(ownPath.relative("/a/b", "/a/c/d"), "../c/d");
});

test("query strings", () => {
  for (const text of ["", "a=1&b=2", "a=1&a=2&a=3", "a+b=%41&c", "x=%zz"]) assert.deepEqual({ ...ownQuery.parse(text) }, { ...querystring.parse(text) }, text);
  for (const values of [{}, { a: 1, b: [2, "x y"], c: true, d: null, e: undefined }]) assert.equal(ownQuery.stringify(values), querystring.stringify(values));
});

test("text of values", () => {
  class Point { x = 1; }
  for (const values of [
    ["plain"], ["a", "b"], [1, -0, 2n, true, null, undefined], ["%s is %d and %i", "x", 1.5, 2.7, "rest"], ["%j %O %%", { a: 1 }, [1]], ["100%"], ["%s"], [{ a: 1, b: "x", "c-d": [1, 2] }], [[]], [{}], [[1, [2, [3, [4]]]]], [{ a: { b: { c: { d: 1 } } } }],
    [new Map([["k", { v: 1 }]])], [new Set([1, "a"])], [new Point()], [new Date(0)], [/x/g], [Symbol("s")], [() => {}], [function named() {}], [class Thing {}], [new Uint8Array([1, 2])], [{ "it's": "it's" }], [Object.create(null)],
  ]) {
    assert.equal(format(...values), util.format(...values), util.format(...values));
  }
  const circle = {};
  circle.self = circle;
  assert.match(inspect(circle), /\[Circular/);
  assert.match(inspect(new TypeError("bad")), /^TypeError: bad\n {4}at /);
});

test("equality in depth", () => {
  for (const [a, b] of [[1, 1], [1, "1"], [NaN, NaN], [0, -0], [{ a: 1 }, { a: 1 }], [{ a: undefined }, {}], [[1, 2], [1, 2]], [[1], { 0: 1 }], [new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])], [new Set([{ a: 1 }]), new Set([{ a: 1 }])], [new Date(1), new Date(1)], [new Date(1), new Date(2)], [/x/, /x/g], [new Error("a"), new Error("b")], [null, {}]]) {
    assert.equal(ownUtil.isDeepStrictEqual(a, b), util.isDeepStrictEqual(a, b), util.inspect([a, b]));
  }
});

test("errors of handlers", () => {
  class Declined extends Error { name = "Declined"; }
  const hostile = { toString() { throw new Error("no"); } };
  for (const [thrown, type, message] of [
    [new Error("plain"), "Error", "plain"], [new TypeError("bad"), "TypeError", "bad"], [new Declined("no"), "Declined", "no"], ["text", "string", "text"], [42, "number", "42"], [{ a: 1 }, "object", "[object Object]"], [undefined, "undefined", "undefined"],
  ]) {
    const { error, cause } = failureOf(thrown);
    const report = JSON.parse(cause);
    assert.deepEqual([error, report.errorType, report.errorMessage], [type, type, message]);
    assert.deepEqual(Object.keys(report), ["errorType", "errorMessage", "trace"]);
    if (thrown instanceof Error) assert.equal(report.trace[0], `${type}: ${message}`);
    else assert.deepEqual(report.trace, []);
  }
  assert.equal(failureOf(hostile).error, "handled");
});
