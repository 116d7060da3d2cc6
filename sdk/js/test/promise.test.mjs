// The SDK's promises against the engine's own: the same program, and the same order of everything it says.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Promise as Own, queueJob, runJobs, takeUnheard } from "../src/promise.js";

// Node.js has it from version 22 on.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => ((resolve = yes), (reject = no)));
  return { promise, resolve, reject };
};

/** Each program says what happens, in order, with whatever promises and queue it is given. */
const PROGRAMS = {
  "jobs are in order": (P, queue, say) => {
    queue(() => say("a"));
    P.resolve().then(() => say("b"));
    queue(() => say("c"));
    say("now");
  },
  "chains alternate": (P, _, say) => {
    P.resolve(1).then(say).then(() => say(3)).then(() => say(5));
    P.resolve(2).then(say).then(() => say(4)).then(() => say(6));
  },
  "a thenable takes a job more": (P, _, say) => {
    P.resolve().then(() => ({ then: (yes) => yes("late") })).then(say);
    P.resolve("one").then(say).then(() => say("two")).then(() => say("three"));
  },
  "a promise in a promise": (P, _, say) => {
    new P((resolve) => resolve(P.resolve("inner"))).then(say);
    P.resolve("one").then(say).then(() => say("two")).then(() => say("three"));
  },
  "what is thrown is caught": (P, _, say) => {
    P.resolve().then(() => { throw "x"; }).catch((error) => say(`caught ${error}`)).finally(() => say("finally"));
    new P(() => { throw "y"; }).then(say, (error) => say(`rejected ${error}`));
    P.reject("z").finally(() => { throw "w"; }).catch(say);
  },
  "only the first answer counts": (P, _, say) => {
    new P((resolve, reject) => { resolve(1); reject(2); resolve(3); throw 4; }).then(say, say);
  },
  "all": (P, _, say) => {
    P.all([1, P.resolve(2), { then: (yes) => yes(3) }]).then((all) => say(JSON.stringify(all)));
    P.all([]).then((all) => say(JSON.stringify(all)));
    P.all([P.reject("no"), P.resolve(1)]).catch(say);
  },
  "allSettled": (P, _, say) => {
    P.allSettled([1, P.reject("no")]).then((all) => say(JSON.stringify(all)));
  },
  "any and race": (P, _, say) => {
    P.any([P.reject("a"), P.resolve("b")]).then(say);
    P.any([P.reject("a"), P.reject("b")]).catch((error) => say(`${error.name} ${error.errors}`));
    P.race([P.resolve().then(() => "slow"), P.resolve("fast")]).then(say);
  },
  "withResolvers": (P, _, say) => {
    const { promise, resolve } = P.withResolvers();
    promise.then(say);
    resolve("settled");
  },
  "a promise cannot be itself": (P, _, say) => {
    const { promise, resolve } = P.withResolvers();
    promise.catch((error) => say(error.name));
    resolve(promise);
  },
};

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(name, async () => {
    const expected = [];
    program(Promise, queueMicrotask, (what) => expected.push(what));
    await new Promise((resolve) => setTimeout(resolve));
    const said = [];
    program(Own, queueJob, (what) => said.push(what));
    runJobs();
    assert.ok(expected.length > 0);
    assert.deepEqual(said, expected);
    assert.equal(takeUnheard(), undefined);
  });
}

test("a rejection that nobody hears is told once", () => {
  Own.reject("alone");
  Own.reject("heard").catch(() => {});
  runJobs();
  assert.deepEqual(takeUnheard(), { reason: "alone" });
  assert.equal(takeUnheard(), undefined);
});

test("a job that throws leaves the others", () => {
  const said = [];
  queueJob(() => { throw new Error("first"); });
  queueJob(() => said.push("second"));
  assert.throws(runJobs, /first/);
  runJobs();
  assert.deepEqual(said, ["second"]);
});
