//! Generated programs: whatever compiles ends or waits, never turns in a circle without an event, and gives the same
//! history for the same seed, crashes included.

use dirigent_asl::Program;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{Crash, Simulator, compile};
use crate::limits::Limits;

/// Loops without an end of their own end here; high enough for a generated program to do all else that it can.
const EVENTS: u64 = 400;

/// Programs tried. `DIRIGENT_PROGRAMS` tries another number.
const PROGRAMS: u32 = 300;

fn programs() -> u32 {
    std::env::var("DIRIGENT_PROGRAMS").ok().and_then(|text| text.parse().ok()).unwrap_or(PROGRAMS)
}

fn limits() -> Limits {
    Limits { history_events: EVENTS, ..Limits::aws() }
}

/// A state without its transition; `true` where it goes on.
fn state(depth: u32) -> BoxedStrategy<(Value, bool)> {
    let path = select(vec!["$", "$.n", "$.list", "$.list[0]", "$.missing"]);
    let pass = (path.clone(), any::<bool>()).prop_map(|(path, keep)| {
        let mut state = json!({ "Type": "Pass", "InputPath": path });
        if keep {
            state["ResultPath"] = json!("$.kept");
        }
        (state, true)
    });
    let count = Just((
        json!({ "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)", "list": [1, 2] } }),
        true,
    ));
    let assign = Just((json!({ "Type": "Pass", "Assign": { "v.$": "$" } }), true));
    let jsonata = select(vec![
        "{% $states.input %}",
        "{% {'n': $states.input.n + 1, 'list': [1..3]} %}",
        "{% $states.input.missing.more %}",
        "{% $error('no') %}",
    ])
    .prop_map(|output| (json!({ "Type": "Pass", "QueryLanguage": "JSONata", "Output": output }), true));
    let wait = (0_u32..3).prop_map(|seconds| (json!({ "Type": "Wait", "Seconds": seconds }), true));
    let task = (
        select(vec!["plugin:echo", "plugin:double", "plugin:fail", "plugin:timeout", "plugin:third-time"]),
        errors(),
    )
        .prop_map(|(resource, errors)| (with(json!({ "Type": "Task", "Resource": resource }), errors), true));
    let end = select(vec![
        (json!({ "Type": "Succeed" }), false),
        (json!({ "Type": "Fail", "Error": "Made", "Cause": "so" }), false),
        (json!({ "Type": "Fail", "ErrorPath": "$.missing" }), false),
    ]);
    let leaf = prop_oneof![2 => pass, 2 => count, 1 => assign, 1 => jsonata, 2 => wait, 4 => task, 1 => end];
    if depth == 0 {
        return leaf.boxed();
    }
    let parallel =
        (prop::collection::vec(machine(depth - 1), 1..3), errors()).prop_map(|(branches, errors)| {
            (with(json!({ "Type": "Parallel", "Branches": branches }), errors), true)
        });
    let map = (machine(depth - 1), 0_u32..3, errors(), select(vec!["INLINE", "DISTRIBUTED"])).prop_map(
        |(mut processor, concurrency, errors, mode)| {
            processor["ProcessorConfig"] = json!({ "Mode": mode });
            if mode == "DISTRIBUTED" {
                processor["ProcessorConfig"]["ExecutionType"] = json!("STANDARD");
            }
            let state = json!({ "Type": "Map", "ItemsPath": "$.list", "ItemProcessor": processor,
                "MaxConcurrency": concurrency });
            (with(state, errors), true)
        },
    );
    prop_oneof![6 => leaf, 1 => parallel, 1 => map].boxed()
}

fn errors() -> impl Strategy<Value = Value> {
    let names = select(vec!["States.ALL", "States.TaskFailed", "Custom.Error", "States.Timeout"]);
    let retry = (names.clone(), 0_u32..3).prop_map(
        |(name, attempts)| json!([{ "ErrorEquals": [name], "MaxAttempts": attempts, "IntervalSeconds": 1 }]),
    );
    (prop::option::of(retry), prop::option::of(names)).prop_map(|(retry, catch)| {
        let mut errors = json!({});
        if let Some(retry) = retry {
            errors["Retry"] = retry;
        }
        if let Some(name) = catch {
            // Where to is filled in when the machine is put together.
            errors["Catch"] = json!([{ "ErrorEquals": [name], "ResultPath": "$.error" }]);
        }
        errors
    })
}

fn with(mut state: Value, rest: Value) -> Value {
    if let (Some(state), Value::Object(rest)) = (state.as_object_mut(), rest) {
        state.extend(rest);
    }
    state
}

/// States in a row, with Choices between them that may lead anywhere, so that loops come about.
fn machine(depth: u32) -> BoxedStrategy<Value> {
    let row = prop::collection::vec((state(depth), prop::option::of(any::<prop::sample::Index>())), 1..5);
    (row, any::<prop::sample::Index>(), any::<u32>())
        .prop_map(|(row, catch, salt)| put_together(row, catch, salt))
        .boxed()
}

fn put_together(
    row: Vec<((Value, bool), Option<prop::sample::Index>)>,
    catch: prop::sample::Index,
    salt: u32,
) -> Value {
    // What ends a machine stands last, or what follows could not be reached.
    let length = row.iter().position(|((_, goes_on), _)| !goes_on).map_or(row.len(), |last| last + 1);
    // Names are unique over nested machines, too.
    let name = |index: usize| format!("{salt}-{index}");
    let mut states = Map::new();
    for (index, ((mut state, goes_on), jump)) in row.into_iter().take(length).enumerate() {
        if let Some(catchers) = state["Catch"].as_array_mut() {
            for catcher in catchers {
                catcher["Next"] = json!(name(catch.index(length)));
            }
        } else if let Some(object) = state.as_object_mut() {
            object.remove("Catch");
        }
        if goes_on {
            let next = if index + 1 < length { Some(name(index + 1)) } else { None };
            match (jump, next) {
                (Some(jump), Some(next)) => {
                    let choice = format!("{salt}-{index}-choice");
                    let rule =
                        json!({ "Variable": "$.n", "NumericLessThan": 3, "Next": name(jump.index(length)) });
                    let rule = json!({ "And": [{ "Variable": "$.n", "IsPresent": true },
                        { "Variable": "$.n", "IsNumeric": true }, without_next(&rule)], "Next": rule["Next"] });
                    states.insert(
                        choice.clone(),
                        json!({ "Type": "Choice", "Choices": [rule], "Default": next }),
                    );
                    state["Next"] = json!(choice);
                }
                (_, Some(next)) => state["Next"] = json!(next),
                (_, None) => state["End"] = json!(true),
            }
        }
        states.insert(name(index), state);
    }
    json!({ "StartAt": name(0), "States": states })
}

fn without_next(rule: &Value) -> Value {
    let mut rule = rule.clone();
    if let Some(rule) = rule.as_object_mut() {
        rule.remove("Next");
    }
    rule
}

fn run(future: impl Future<Output = super::Ended>) -> super::Ended {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: programs(), ..ProptestConfig::default() })]

    #[test]
    fn any_program_ends_the_same_way_for_the_same_seed(
        definition in machine(2),
        seed in any::<u64>(),
        place in any::<prop::sample::Index>(),
        committed in any::<bool>(),
    ) {
        let (program, diagnostics) = Program::compile(&definition);
        prop_assert!(program.is_some(), "the generator writes what compiles: {diagnostics:?} of {definition}");
        let program = compile(&definition);
        let input = json!({ "n": 0, "list": [1, { "n": 2, "list": [3] }] });
        let simulator =
            |crash| Simulator::new(&program, &input, seed, crash).with_limits(limits()).redriven(1);
        // The simulator itself panics when a run does not end, or what is stored does not hold together.
        let calm = run(simulator(None).run());
        prop_assert!(calm.events.len() as u64 <= EVENTS + 1_100, "{} events", calm.events.len());
        prop_assert_eq!(&run(simulator(None).run()), &calm);
        let crash = Some(Crash { action: place.index(calm.actions), committed });
        let crashed = run(simulator(crash).run());
        prop_assert_eq!(run(simulator(crash).run()), crashed);
    }
}

/// Without this the property above could hold because nothing much happens.
#[test]
fn generated_programs_are_various() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut succeeded, mut failed, mut long, mut tasks, mut nested) = (0, 0, 0, 0, 0);
    for seed in 0..300 {
        let definition = machine(2).new_tree(&mut runner).expect("a program").current();
        let program = compile(&definition);
        let input = json!({ "n": 0, "list": [1, { "n": 2, "list": [3] }] });
        let ended = run(Simulator::new(&program, &input, seed, None).with_limits(limits()).run());
        match ended.status {
            crate::rows::StatusRow::Succeeded(_) => succeeded += 1,
            _ => failed += 1,
        }
        long += usize::from(ended.events.len() > 30);
        let text = definition.to_string();
        tasks += usize::from(text.contains("\"Task\""));
        nested += usize::from(text.contains("\"Parallel\"") || text.contains("\"Map\""));
    }
    let seen =
        format!("{succeeded} succeeded, {failed} failed, {long} long, {tasks} with tasks, {nested} nested");
    assert!(succeeded > 60 && failed > 60 && long > 30 && tasks > 100 && nested > 60, "{seen}");
}
