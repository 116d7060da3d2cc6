// What stands in for the web's globals against Node.js's own.

import assert from "node:assert/strict";
import { test } from "node:test";

import { structuredClone as ownClone } from "../src/globals/clone.js";
import { TextDecoder as OwnDecoder, TextEncoder as OwnEncoder } from "../src/globals/encoding.js";
import { URL as OwnURL, URLSearchParams as OwnParams } from "../src/globals/url.js";

test("UTF-8 of text", () => {
  for (const text of ["", "plain", "äöü€", "😀 and 𝒳", "\ud800", "a\udc00b", "\ufeffmark", "\0", "x".repeat(20_000) + "€"]) {
    assert.deepEqual([...new OwnEncoder().encode(text)], [...new TextEncoder().encode(text)], JSON.stringify(text.slice(0, 9)));
    for (const room of [0, 1, 2, 3, 5]) {
      const [own, theirs] = [new Uint8Array(room), new Uint8Array(room)];
      const told = new OwnEncoder().encodeInto(text, own);
      assert.deepEqual({ ...told, own }, { ...new TextEncoder().encodeInto(text, theirs), own: theirs });
    }
  }
});

test("text of bytes, whole and in pieces, valid and not", () => {
  const samples = [
    [], [0x61], [0xc3, 0xa4], [0xe2, 0x82, 0xac], [0xf0, 0x9f, 0x98, 0x80], [0xef, 0xbb, 0xbf, 0x61],
    [0x80], [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf0, 0x9f, 0x98], [0xe2, 0x82], [0xc3, 0x61], [0xff, 0xfe, 0x61, 0x00], [0xf8, 0x88, 0x80, 0x80, 0x80],
  ];
  for (const label of ["utf-8", "utf-16le"]) {
    for (const bytes of samples.map((sample) => Uint8Array.from(sample))) {
      for (const options of [{}, { ignoreBOM: true }, { fatal: true }]) {
        const told = (Decoder) => {
          try {
            return new Decoder(label, options).decode(bytes);
          } catch (error) {
            return error.name;
          }
        };
        assert.equal(told(OwnDecoder), told(TextDecoder), `${label} ${bytes} ${JSON.stringify(options)}`);
      }
      const pieces = (Decoder) => {
        const decoder = new Decoder(label);
        return [...bytes].map((byte) => decoder.decode(Uint8Array.of(byte), { stream: true })).join("") + decoder.decode();
      };
      assert.equal(pieces(OwnDecoder), pieces(TextDecoder), `${label} ${bytes} in pieces`);
    }
  }
  // Not all versions of Node.js have the web's meaning of latin1, which is windows-1252.
  assert.equal(new OwnDecoder("latin1").decode(Uint8Array.of(0x61, 0x80, 0xe4, 0x9f)), "a€äŸ");
  assert.throws(() => new OwnDecoder("koi8-r"), RangeError);
});

const PARTS = ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];

function parts(Class, ...args) {
  try {
    const url = new Class(...args);
    return Object.fromEntries(PARTS.map((part) => [part, url[part]]));
  } catch (error) {
    return error.name;
  }
}

test("URLs", () => {
  for (const args of [
    ["https://example.com"], ["HTTPS://Example.COM:443/a/../b/./c?x=1#y"], ["http://user:p%40ss@host:8080/p a?q r#f g"],
    ["https://example.com/ä?ö=ü#ß"], ["http://127.0.0.1:8080/"], ["http://[::1]:8080/x"], ["http://127.1/"], ["http://0x7f.1/"], ["http://2130706433/"], ["http://017700000001"], ["http://256.0.0.1/"], ["http://1.2.3.4.5/"],
    ["http:\\\\host\\path"], ["https:/one/slash"], ["http://"], ["http://a b/"], ["//no-scheme"], ["nothing"], [""], ["http://host:99999/"], ["http://host:port/"],
    ["mailto:a@b.c"], ["data:text/plain,hi there"], ["foo://bar/baz?x#y"], ["foo://Bar:99/../z"], ["https://a?b"], ["https://a#b"], ["https://a/?"], ["https://a/#"], ["  https://a/  "], ["https://a/%2e%2e/b/%2E"], ["https://a/b/.."], ["https://a/b/."], ["https://u@a/"], ["https://:p@a/"], ["https://a@b@c/"],
    ["x", "https://base/a/b?c#d"], ["../x", "https://base/a/b/c"], ["/x", "https://base/a/b"], ["?x", "https://base/a/b?c"], ["#x", "https://base/a/b?c"], ["", "https://base/a/b?c#d"], ["//other/x", "https://base/a"], ["http://abs/x", "https://base/a"], ["https:x", "https://base/a/b"], ["./../../..", "https://base/a/b/c"], ["x", "mailto:a@b"], ["\\x", "https://base/a"],
  ]) {
    assert.deepEqual(parts(OwnURL, ...args), parts(URL, ...args), JSON.stringify(args));
  }
});

test("setters of a URL", () => {
  for (const [part, value] of [
    ["search", "?a=b c"], ["search", ""], ["search", "x"], ["hash", "top"], ["hash", ""], ["pathname", "a/b c"], ["pathname", "/../x"], ["port", "8080"], ["port", "443"], ["hostname", "other"], ["host", "other:81"], ["username", "me@x"], ["password", "p:q"], ["href", "http://new/y?z#w"],
  ]) {
    const set = (Class) => {
      const url = new Class("https://u:p@example.com/a?b=c#d");
      url[part] = value;
      return PARTS.map((each) => url[each]).concat([...url.searchParams].join());
    };
    assert.deepEqual(set(OwnURL), set(URL), `${part} = ${value}`);
  }
});

test("queries", () => {
  for (const init of ["", "?a=1&b=2", "a=1&a=2&c", "a+b=c%20d&%zz=%41", "=x&&y=", "ä=€", { a: 1, "b c": "d&e" }, [["x", "1"], ["x", "2"]]]) {
    const told = (Class) => {
      const params = new Class(init);
      params.append("n", "!'()~*-._ +é");
      params.set("a", "set");
      params.delete("c");
      const seen = [params.toString(), [...params], params.get("x"), params.getAll("x"), params.has("a"), params.size];
      params.sort();
      return [...seen, String(params)];
    };
    assert.deepEqual(told(OwnParams), told(URLSearchParams), JSON.stringify(init));
  }
  for (const Class of [OwnURL, URL]) {
    const url = new Class("https://a/?x=1");
    url.searchParams.append("y", "a b");
    assert.equal(url.href, "https://a/?x=1&y=a+b");
  }
});

test("clones", () => {
  const shared = { deep: [1, 2] };
  const value = { shared, again: shared, date: new Date(5), map: new Map([[{ k: 1 }, new Set([1])]]), re: /x/gi, bytes: new Uint8Array([1, 2]), error: new RangeError("far"), list: [1, , 3], big: 5n, nothing: undefined };
  value.self = value;
  const own = ownClone(value);
  assert.deepEqual(own, structuredClone(value));
  assert.equal(own.shared, own.again);
  assert.notEqual(own.shared, shared);
  for (const bad of [() => {}, { f() {} }, Symbol("s")]) assert.throws(() => ownClone(bad), { name: "DataCloneError" });
});
