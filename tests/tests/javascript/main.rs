//! Plugins in JavaScript and TypeScript: what the commands make of templates, of modules that use the host, and of AWS Lambda
//! handlers, run in the real host. And the SDK's own tests, which hold what stands in for the web's globals and for modules
//! of Node.js against Node.js.
//!
//! Node.js and npm have to be there; the toolchain is installed below `target`, once.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod declarations;
mod handlers;
mod project;
mod server;

use std::process::Command;
use std::time::Duration;

use dirigent_tests::{places, process};
use project::{Ended, Folder};
use serde_json::json;

/// How long Node.js may take for the SDK's own tests.
const UNIT: Duration = Duration::from_secs(120);

#[test]
fn what_stands_in_is_as_node_has_it() {
    let mut node = Command::new("node");
    node.arg("--test").arg("--test-reporter=spec").current_dir(places::root().join("sdk/js/test"));
    process::run(&mut node, "", UNIT).success();
}

#[test]
fn templates_run_in_three_commands() {
    for lang in ["js", "ts"] {
        let folder = Folder::new();
        folder.dirigent(&["plugin", "new", "hello", "--lang", lang]).success();
        folder.dirigent(&["plugin", "publish", "hello"]).success();
        for (input, expected) in [
            (r#"{"name":"Ada"}"#, Ended::Output(json!({"greeting": "Hello, Ada!"}))),
            (r#"{"name":""}"#, Ended::failed("Greeting.NoName", "there is nobody to greet")),
            ("{}", Ended::Output(json!({"greeting": "Hello, undefined!"}))),
        ] {
            let ended = folder.run("hello/workflow.asl.json", input, &[]);
            expected.check(&ended, &format!("{lang} {input}"));
        }
    }
}

/// One plugin that does what its input says, so that there is one component to compile.
const PLUGIN: &str = r#"
import { Failure, config, env, heartbeat, journal, json, keyvalue, log, progress } from "dirigent-plugin";
import { double } from "./double.ts";

class Declined extends Error {
  constructor(message) {
    super(message);
    this.name = "Declined";
  }
}

const work = {
  numbers: ({}, context) => [double(21), JSON.parse("9007199254740993"), context.rawInput.includes("9007199254740993")],
  exact: () => json('{"big":9007199254740993,"one":1.0}'),
  nothing: () => undefined,
  sync: () => "at once",
  async timers() {
    const said = [];
    const timer = setInterval(() => said.push("tick"), 10);
    await new Promise((resolve) => setTimeout(resolve, 35));
    clearInterval(timer);
    queueMicrotask(() => said.push("job"));
    await null;
    return [said.filter((what) => what === "tick").length > 0, said.at(-1)];
  },
  async generators() {
    async function* numbers() {
      yield 1;
      yield Promise.resolve(2);
    }
    let sum = 0;
    for await (const number of numbers()) sum += number;
    return sum;
  },
  random: () => new Set(Array.from({ length: 100 }, () => Math.random())).size,
  clock: () => Math.abs(Date.now() - performance.timeOrigin) < 600_000 && performance.now() >= 0,
  failure: () => { throw new Failure("Payment.Declined", "card expired"); },
  declined: async () => { throw new Declined("no"); },
  bug: () => null.x,
  text: () => { throw "just text"; },
  never: () => new Promise(() => {}),
  async unhandled() {
    Promise.reject(new RangeError("lost"));
    await new Promise((resolve) => setTimeout(resolve, 5));
  },
  deep: () => { const down = () => down() + 1; return down(); },
  bigint: () => 1n,
  signals() {
    heartbeat();
    progress(1, 2, "half");
    progress(1);
    log.info("a line", { with: ["values"] });
    console.error("and", new Map([[1, 2]]));
  },
  env: () => [env("CURRENCY"), process.env.CURRENCY, env("HOME") ?? null],
  config: () => [config.get("greeting"), config.all()],
  keyvalue() {
    const bucket = keyvalue.open("orders");
    bucket.set("text", "ä€");
    bucket.setJson("json", { a: 1 });
    bucket.set("gone", new Uint8Array([1]));
    bucket.delete("gone");
    const read = [bucket.get("text"), bucket.getJson("json"), bucket.get("gone") ?? null, bucket.exists("text")];
    return [...read, [...bucket.keys()].sort(), bucket.increment("count", 5), bucket.increment("count")];
  },
  otherbucket: () => keyvalue.open("secrets"),
  async journal() {
    let done = 0;
    const step = async () => ({ at: ++done, lost: undefined });
    return [await journal.step("one", step), await journal.step("two", step), done];
  },
  async http({ base }) {
    const posted = await fetch(`${base}/echo?q=1`, { method: "POST", headers: { "X-Mine": "yes" }, body: "ä€" });
    const { request, body } = await posted.json();
    return [posted.status, posted.ok, posted.headers.get("X-Server"), posted.headers.getSetCookie(), request, body];
  },
  async redirect({ base }) {
    const followed = await fetch(`${base}/redirect`);
    const manual = await fetch(`${base}/redirect`, { redirect: "manual" });
    return [followed.status, followed.redirected, new URL(followed.url).pathname, manual.status];
  },
  large: async ({ base }) => (await (await fetch(`${base}/large`)).text()).length,
  missing: async ({ base }) => (await fetch(`${base}/missing`)).ok,
  elsewhere: () => fetch("http://127.0.0.1:9/"),
};

export function run(context, input) {
  return work[input.do](input, context);
}
"#;

const MANIFEST: &str = r#"
name = "work"
version = "1.0.0"

[environment]
CURRENCY = "EUR"

[asks]
http = ["BASE"]
keyvalue = ["orders"]
config = ["greeting"]

[build]
language = "js"
"#;

const CONFIG: &str = r#"
[config]
greeting = "good morning"
other = "not asked for"

[[allow]]
http = ["BASE"]
keyvalue = ["*"]
config = ["*"]
"#;

#[test]
fn a_plugin_and_its_host() {
    let base = server::start();
    let folder = Folder::new();
    folder.write("work/plugin.js", PLUGIN);
    folder.write("work/double.ts", "export const double = (number: number): number => number * 2;\n");
    folder.write("work/plugin.toml", &MANIFEST.replace("BASE", &base));
    folder.write("dirigent.toml", &CONFIG.replace("BASE", &base));
    folder.machine("work.asl.json", "plugin:work");
    folder.dirigent(&["plugin", "publish", "work"]).success();
    for (what, expected) in [
        ("numbers", Ended::Output(json!([42, 9_007_199_254_740_992_u64, true]))),
        ("exact", Ended::Text(r#"{"big":9007199254740993,"one":1.0}"#)),
        ("nothing", Ended::Output(json!(null))),
        ("sync", Ended::Output(json!("at once"))),
        ("timers", Ended::Output(json!([true, "job"]))),
        ("generators", Ended::Output(json!(3))),
        ("random", Ended::Output(json!(100))),
        ("clock", Ended::Output(json!(true))),
        ("failure", Ended::failed("Payment.Declined", "card expired")),
        ("declined", Ended::failed("Declined", "no")),
        ("bug", Ended::failed("TypeError", "cannot read property 'x' of null")),
        ("text", Ended::failed("Error", "thrown: just text")),
        ("never", Ended::failed("States.TaskFailed", "nothing can settle")),
        ("unhandled", Ended::failed("UnhandledRejection", "RangeError: lost")),
        ("deep", Ended::failed("Plugin.Trapped", "call stack exhausted")),
        ("bigint", Ended::failed("TypeError", "")),
        ("signals", Ended::Output(json!(null))),
        ("env", Ended::Output(json!(["EUR", "EUR", null]))),
        ("config", Ended::Output(json!(["good morning", {"greeting": "good morning"}]))),
        ("keyvalue", Ended::Output(json!(["ä€", {"a": 1}, null, true, ["json", "text"], 5, 6]))),
        ("otherbucket", Ended::failed("Plugin.CapabilityDenied", "secrets")),
        ("journal", Ended::Output(json!([{"at": 1}, {"at": 2}, 2]))),
        (
            "http",
            Ended::Output(json!([200, true, "loopback", ["a=1", "b=2"], "POST /echo?q=1 x-mine: yes", "ä€"])),
        ),
        ("redirect", Ended::Output(json!([200, true, "/echo", 302]))),
        ("large", Ended::Output(json!(server::LARGE))),
        ("missing", Ended::Output(json!(false))),
        ("elsewhere", Ended::failed("Plugin.CapabilityDenied", "http://127.0.0.1:9/")),
    ] {
        let input = json!({"do": what, "base": base, "number": 9_007_199_254_740_993_u64}).to_string();
        let ended = folder.run("work.asl.json", &input, &["--config", "dirigent.toml"]);
        expected.check(&ended, what);
    }
}

#[test]
fn what_a_build_finds_wrong_is_told_with_its_place() {
    for (source, expected) in [
        ("export const run = () => {\n  return 1 +;\n}\n", "plugin.js:2:13: Unexpected \";\""),
        (
            "import \"fs\";\nexport function run() {}\n",
            "plugin.js:1:8: the module `fs` of Node.js is not there",
        ),
        (
            "import x from \"left-pad\";\nexport const run = x;\n",
            "plugin.js:1:15: Could not resolve \"left-pad\". `npm install left-pad`",
        ),
        ("await null;\nexport function run() {}\n", "await inside of `run`"),
        ("export function run() {}\nthrow new Error(\"too early\");\n", "too early"),
        ("await fetch(\"http://127.0.0.1:1/\");\n", "await inside of `run`"),
    ] {
        let folder = Folder::new();
        folder.write("plugin.js", source);
        folder.write("plugin.toml", "name = \"bad\"\nversion = \"1.0.0\"\n[build]\nlanguage = \"js\"\n");
        let built = folder.dirigent(&["plugin", "build"]);
        assert_eq!(built.code, Some(2), "{source}: {}", built.stderr);
        assert!(built.stderr.contains(expected), "{source}: {}", built.stderr);
        assert!(!folder.path("plugin.wasm").exists(), "{source}");
    }
}

#[test]
fn a_missing_toolchain_is_told_with_the_command_that_installs_it() {
    let folder = Folder::new();
    folder.dirigent(&["plugin", "new", "hello", "--lang", "js"]).success();
    let mut build = folder.command(&["plugin", "build", "hello"]);
    let built = process::run(build.env("XDG_CACHE_HOME", folder.path("cache")), "", UNIT);
    assert_eq!(built.code, Some(2), "{}", built.stderr);
    let command = "npm install --prefix '";
    assert!(built.stderr.contains("is missing") && built.stderr.contains(command), "{}", built.stderr);
}
