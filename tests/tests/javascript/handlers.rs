//! AWS Lambda handlers for Node.js, unchanged, in the styles that there are.

use serde_json::{Value, json};

use crate::project::{Ended, Folder};

/// CommonJS, async, with modules of Node.js, and variables that are read when the module is.
const ASYNC: &str = r#"
const crypto = require("crypto");
const util = require("node:util");
const assert = require("assert");
const path = require("path");
const { EventEmitter, once } = require("events");

const TABLE = process.env.TABLE;

class Declined extends Error {
  constructor(message) {
    super(message);
    this.name = this.constructor.name;
  }
}

const work = {
  context: (event, context) => ({
    ...context,
    awsRequestId: /^[0-9a-f-]{36}$/.test(context.awsRequestId),
    logStreamName: /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/.test(context.logStreamName),
    remaining: context.getRemainingTimeInMillis() > 0,
  }),
  env: () => [TABLE, process.env.AWS_REGION, process.env.AWS_LAMBDA_FUNCTION_NAME, process.env._HANDLER],
  async modules() {
    await util.promisify(setTimeout)(1);
    assert.deepStrictEqual({ a: [1] }, { a: [1] });
    const emitter = new EventEmitter();
    setImmediate(() => emitter.emit("done", 7));
    const [seven] = await once(emitter, "done");
    const digest = crypto.createHash("md5").update("a").digest("hex");
    return [seven, digest, Buffer.from("hi").toString("base64"), path.join("a", "..", "b"), crypto.randomUUID().length];
  },
  async declined() {
    throw new Declined("no money");
  },
  bug: async (event) => event.no.such.field,
  text: async () => { throw "just text"; },
  nothing: async () => {},
  assertion: async () => assert.strictEqual(1, 2, "one is not two"),
  async unhandled() {
    Promise.reject(new Error("lost"));
    await new Promise((resolve) => setTimeout(resolve, 5));
  },
  exit: async () => process.exit(3),
  never: () => new Promise(() => {}),
};

exports.handler = async (event, context) => {
  console.log("event %j", event);
  return work[event.do](event, context);
};
"#;

/// With a callback, and with the ends that the oldest runtimes had.
const CALLBACK: &str = r#"
const work = {
  later: (event, context, callback) => setTimeout(() => callback(null, "later"), 5),
  first: (event, context, callback) => { callback(null, "first"); callback(null, "second"); },
  error: (event, context, callback) => callback(new RangeError("far")),
  text: (event, context, callback) => callback("text"),
  never: () => {},
  waits(event, context, callback) {
    const value = { done: [] };
    setTimeout(() => value.done.push("timer"), 5);
    callback(null, value);
  },
  hurries(event, context, callback) {
    context.callbackWaitsForEmptyEventLoop = false;
    setTimeout(() => { throw new Error("too late"); }, 5);
    callback(null, "at once");
  },
  succeed: (event, context) => context.succeed("old"),
  late: () => setTimeout(() => { throw new TypeError("late"); }, 5),
};

module.exports.handler = (event, context, callback) => {
  work[event.do](event, context, callback);
};
"#;

/// An ES module with an await at its top, whose export has another name.
const MODULE: &str = r#"
import { setTimeout as sleep } from "node:timers/promises";
import query from "node:querystring";

const region = process.env.AWS_REGION;
const settings = await sleep(1, { loaded: true });

export const main = (event) => ({ region, ...settings, query: query.stringify(event) });
"#;

const REGION: &str = "eu-west-1";

/// Makes a plugin of the handler, and runs it on each input.
fn table(file: &str, source: &str, options: &[&str], rows: &[(&str, Ended)]) {
    let folder = Folder::new();
    folder.write(file, source);
    let build = [&["plugin", "build", "--name", "fn", "--lambda", file], options].concat();
    folder.dirigent(&build).success();
    let manifest = std::fs::read_to_string(folder.path("fn/plugin.toml")).unwrap();
    folder
        .write("fn/plugin.toml", &manifest.replace("[environment]\n", "[environment]\nTABLE = \"orders\"\n"));
    folder.dirigent(&["plugin", "publish", "fn"]).success();
    folder.machine("fn.asl.json", &format!("arn:aws:lambda:{REGION}:123456789012:function:fn"));
    for (what, expected) in rows {
        let ended = folder.run("fn.asl.json", &json!({"do": what}).to_string(), &[]);
        expected.check(&ended, &format!("{file}: {what}"));
        if let Ended::Failed(error, _) = expected {
            let (_, cause) = ended.stderr.split_once(&format!("{error}: ")).unwrap();
            let cause: Value = serde_json::from_str(cause.trim()).unwrap();
            assert_eq!(cause["errorType"], *error, "{file}: {what}");
            assert!(cause["errorMessage"].is_string() && cause["trace"].is_array(), "{file}: {cause}");
        }
    }
}

#[test]
fn asynchronous() {
    let context = json!({
        "callbackWaitsForEmptyEventLoop": true,
        "functionName": "fn",
        "functionVersion": "$LATEST",
        "invokedFunctionArn": format!("arn:aws:lambda:{REGION}:123456789012:function:fn"),
        "memoryLimitInMB": "256",
        "awsRequestId": true,
        "logGroupName": "/aws/lambda/fn",
        "logStreamName": true,
        "remaining": true,
    });
    table(
        "handler.js",
        ASYNC,
        &[],
        &[
            ("context", Ended::Output(context)),
            ("env", Ended::Output(json!(["orders", REGION, "fn", "handler.handler"]))),
            ("modules", Ended::Output(json!([7, "0cc175b9c0f1b6a831c399e269772661", "aGk=", "b", 36]))),
            ("declined", Ended::failed("Declined", "no money")),
            ("bug", Ended::failed("TypeError", "such")),
            ("text", Ended::failed("string", "just text")),
            ("nothing", Ended::Output(json!(null))),
            ("assertion", Ended::failed("AssertionError", "one is not two")),
            ("unhandled", Ended::failed("Runtime.UnhandledPromiseRejection", "lost")),
            ("exit", Ended::failed("Runtime.ExitError", "exit status 3")),
            ("never", Ended::Output(json!(null))),
        ],
    );
}

#[test]
fn with_a_callback() {
    table(
        "callback.cjs",
        CALLBACK,
        &[],
        &[
            ("later", Ended::Output(json!("later"))),
            ("first", Ended::Output(json!("first"))),
            ("error", Ended::failed("RangeError", "far")),
            ("text", Ended::failed("string", "text")),
            ("never", Ended::Output(json!(null))),
            ("waits", Ended::Output(json!({"done": ["timer"]}))),
            ("hurries", Ended::Output(json!("at once"))),
            ("succeed", Ended::Output(json!("old"))),
            ("late", Ended::failed("TypeError", "late")),
        ],
    );
}

#[test]
fn a_module() {
    let expected = json!({"region": REGION, "loaded": true, "query": "do=it"});
    table("handler.mjs", MODULE, &["--handler", "main"], &[("it", Ended::Output(expected))]);
    table("handler.mjs", MODULE, &[], &[("it", Ended::failed("Runtime.HandlerNotFound", "handler.mjs"))]);
}
