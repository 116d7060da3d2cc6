//! Hostile expressions: each costs its execution an error, at most 64 MiB of memory, and nobody else anything.
//!
//! This program is its own worker, and so has no test harness. It prints what one would.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dirigent_evaluator::{Pool, is_worker, work};
use dirigent_expr::jsonata_isolation::{Evaluator, Request, evaluate_with};
use dirigent_expr::{Jsonata, JsonataError, Scope};
use serde_json::{Value, json};

/// What an expression may cost.
const MOST_MEMORY: u64 = 64 << 20;

/// Far longer than any expression takes, so that a hang fails the test and does not hang it.
const HANG: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    if is_worker() {
        return work();
    }
    let pool = Arc::new(Pool::of_this_program().unwrap());
    assert!(evaluate_with(Box::new(Shared(Arc::clone(&pool)))));
    thread::spawn(|| {
        thread::sleep(HANG * 10);
        eprintln!("an evaluation hangs");
        std::process::exit(1);
    });
    let tests: [(&str, &dyn Fn()); 4] = [
        ("hostile_expressions_cost_an_error", &|| hostile_expressions_cost_an_error(&pool)),
        ("hostile_sources_are_refused_or_small", &hostile_sources_are_refused_or_small),
        ("a_worker_that_goes_while_it_waits_is_replaced", &|| a_worker_that_goes_is_replaced(&pool)),
        ("what_goes_through_a_worker_stays_the_same", &what_goes_through_stays_the_same),
    ];
    println!("\nrunning {} tests", tests.len());
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    println!("\ntest result: ok. {} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out", tests.len());
    ExitCode::SUCCESS
}

struct Shared(Arc<Pool>);

impl Evaluator for Shared {
    fn evaluate(&self, request: &Request<'_>) -> Result<Value, JsonataError> {
        self.0.evaluate(request)
    }
}

struct Data {
    input: Value,
}

impl Scope for Data {
    fn input(&self) -> &Value {
        &self.input
    }

    fn context(&self) -> &Value {
        &Value::Null
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        (name == "order").then_some(&self.input)
    }

    fn random(&self) -> u64 {
        7
    }

    fn now_ms(&self) -> Option<i64> {
        Some(0)
    }
}

fn evaluate(source: &str) -> Result<Value, JsonataError> {
    let input = json!({ "a": 1, "many": 100_000_000, "text": "a".repeat(200_000), "list": [[1], [2]] });
    Jsonata::parse(&format!("{{% {source} %}}")).expect(source).evaluate(&Data { input })
}

/// Values whose parts are shared: 2⁴⁰ leaves in a few kilobytes.
const DOUBLED: &str = "$d := function($x, $n) { $n = 0 ? $x : $d([[$x], [$x]], $n - 1) }; ";

fn hostile_expressions() -> Vec<String> {
    let groups = "()".repeat(1000);
    let mut all: Vec<String> = [
        // Recursion and loops.
        "($f := function($n) { $f($n + 1) }; $f(0))",
        "($f := function($n) { 1 + $f($n + 1) }; $f(0))",
        "($f := function($n) { [$f($n + 1)] }; $f(0))",
        "($f := function($n) { {'a': $f($n + 1)} }; $f(0))",
        "($f := function() { $g() }; $g := function() { $f() }; $f())",
        "($f := function($g) { $g($g) }; $f($f))",
        "$map([1..99999], function($i) { $map([1..99999], function($j) { $i * $j }) })",
        "$reduce([1..99999], function($a, $i) { $append($a, [1..1000]) }, [])",
        "$sort([1..99999], function($l, $r) { $count($sort([1..9999], function($a, $b) { $a < $b })) > 0 })",
        "[1..99999]^($count([1..99999]) - $)",
        "($x := [1..5000]; $x@$a.$x@$b.[$a, $b])",
        "($x := [1..5000]; $x@$a.$x@$b{ $string($a): $b })",
        "($x := [1..300]; $x@$a.$x@$b{ 'a': $a })",
        // Ranges.
        "[1..10000000]",
        "[1..1e9]",
        "[1..$states.input.many]",
        "$count([1..$states.input.many])",
        "[-1e300..1e300]",
        "$range(1, 1e9, 1)",
        "$range(1, 1e300, 1e-300)",
        "$map([1..1000], function() { [[1..100000]] })",
        "[1..99999].[[1..99999]]",
        // Strings.
        "($d := function($s) { $d($s & $s) }; $d('x'))",
        "($d := function($s) { $d($string([$s, $s])) }; $d('x'))",
        "($d := function($s) { $d($s & $s & $s) }; $d($states.input.text))",
        "$pad('', 9999999, '\u{1f600}')",
        "$pad('', -9999999, 'ab')",
        "$map([1..9999], function($i) { $pad($string($i), 1000000) })",
        "$replace($states.input.text, 'a', $states.input.text)",
        "$replace($states.input.text, /a/, $states.input.text)",
        "$replace($pad('', 1000000, 'a'), 'a', $pad('', 1000000, 'b'))",
        "$replace($states.input.text, /a/, function($m) { $states.input.text })",
        "$join($map([1..99999], function() { $states.input.text }), $states.input.text)",
        "$split($pad('', 1000000, 'a'), '')",
        "$split($pad('', 1000000, 'a'), /a/)",
        "$string($map([1..99999], function() { $states.input.text }))",
        "$map([1..9999], function() { $split($states.input.text, 'a') })",
        "$encodeUrlComponent($pad('', 1000000, ' '))",
        "$formatNumber(1, $pad('', 1000000, '0')) & $pad('', 1000000, '0')",
        "$formatInteger(1, $pad('', 1000000, '0')) & $pad('', 1000000, '0')",
        "$toMillis('x', $pad('', 900000, '[Y]'))",
        "$power(10, 1e300)",
        "1e308 * 1e308",
        // Regular expressions.
        "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a+)+$/)",
        "$contains($states.input.text & '!', /(a|a)*$/)",
        "$contains($states.input.text & '!', /(a*)*b/)",
        "$replace($states.input.text & '!', /(.*)*x/, '')",
        "$match($states.input.text, /(((a{1,999}){1,999}){1,999})$b/)",
        // Steps of the evaluator that have no bound of their own.
        "$distinct([1..100000])",
        "$keys($merge($map([1..99999], function($i) { { $string($i): 1 } })))",
        "($x := [1..100000]; $zip($x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, \
         $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x, $x))",
        "($x := [1..100000]; $spread($map($x, function() { [$x] })))",
        "($o := { 'a': [1..100000] }; $lookup($map([1..100000], function() { $o }), 'a'))",
        "($o := { 'a': [1..100000] }; $map([1..1000], function() { [$o] }).a)",
        "$partition([1..100000], 1) ~> $map(function($p) { $partition([1..100000], 1) })",
        "$shuffle([1..100000]) ~> $map(function() { $shuffle([1..100000]) })",
        "$hash($pad('', 1000000, 'a') & $pad('', 1000000, 'a'))",
        "$parse($pad('', 1000000, '['))",
        "$error($pad('', 1000000, 'a'))",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("$match($pad('', 100000, 'a'), /{groups}a/)"));
    for step in [
        "$d(1, 40) = $d(1, 40)",
        "$d(1, 40) != $d(1, 40)",
        "$d([], 40) ? 1 : 2",
        "$d([], 40) and true",
        "$boolean($d([], 40))",
        "$not($d(0, 40))",
        "$d(1, 40).**",
        "$d([], 40).**",
        "$d([], 40).*.x",
        "$d({ 'x': 1 }, 40).x",
        "$lookup($d({ 'x': 1 }, 40), 'x')",
        "$spread($d({ 'x': 1 }, 40))",
        "$keys($d({ 'x': 1 }, 40))",
        "$distinct([$d(1, 40), $d(1, 40)])",
        "$string($d(1, 40))",
        "$d(1, 40)",
        "$hash($d(1, 40))",
        "1 + $d(1, 40)",
        "$d(1, 40) < 1",
        "$clone($d(1, 40))",
        "$d({ 'x': 1 }, 40) ~> | $ | { 'y': 1 } |",
        "$error($string($d(1, 40)))",
        "$d({ 'x': 1 }, 40)[x = 1]",
        "$d(1, 40)^($)",
        "$merge([$d({ 'x': 1 }, 40)])",
    ] {
        all.push(format!("({DOUBLED}{step})"));
    }
    all
}

fn hostile_expressions_cost_an_error(pool: &Pool) {
    // Another execution's, all the time.
    let over = Arc::new(AtomicBool::new(false));
    let other = {
        let over = Arc::clone(&over);
        thread::spawn(move || {
            let mut done = 0_u64;
            while !over.load(Ordering::Relaxed) {
                assert_eq!(evaluate("$sum([$states.input.a, 2])"), Ok(json!(3)));
                done += 1;
            }
            done
        })
    };
    let peak = Peak::watch(pool);
    let mut problems = Vec::new();
    for source in hostile_expressions() {
        let began = Instant::now();
        let outcome = evaluate(&source);
        let (took, memory) = (began.elapsed(), peak.take());
        let short: String = source.chars().take(100).collect();
        match outcome {
            Err(JsonataError::Threw { code, message }) => {
                let message: String = message.chars().take(60).collect();
                println!("{:>6} ms {:>6} KiB  {short}  {code} {message}", took.as_millis(), memory >> 10);
            }
            other => problems.push(format!("{short}: gives {:.100}", format!("{other:?}"))),
        }
        if memory >= MOST_MEMORY {
            problems.push(format!("{short}: {memory} bytes"));
        }
        if took >= HANG {
            problems.push(format!("{short}: {took:?}"));
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    over.store(true, Ordering::Relaxed);
    assert!(other.join().unwrap() > 0);
}

/// The most memory that any worker has had resident, as far as the system tells (Linux).
struct Peak {
    bytes: Arc<AtomicU64>,
}

impl Peak {
    /// Looks at all children of this process every few milliseconds. The system keeps a process's own peak, so no more
    /// than the last moments of one that ends are missed.
    fn watch(_: &Pool) -> Peak {
        let bytes = Arc::new(AtomicU64::new(0));
        let peak = Peak { bytes: Arc::clone(&bytes) };
        thread::spawn(move || {
            loop {
                bytes.fetch_max(Self::of_children(), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(2));
            }
        });
        peak
    }

    fn of_children() -> u64 {
        let me = std::process::id();
        let Ok(processes) = fs::read_dir("/proc") else { return 0 };
        let status = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("status")).ok();
        let number = |status: &str, name: &str| -> Option<u64> {
            status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
        };
        processes
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
            .filter_map(status)
            .filter(|status| number(status, "PPid:") == Some(me.into()))
            .filter_map(|status| number(&status, "VmHWM:"))
            .max()
            .map_or(0, |kibibytes| kibibytes << 10)
    }

    fn take(&self) -> u64 {
        self.bytes.swap(0, Ordering::Relaxed).max(Self::of_children())
    }
}

/// Expressions are compiled by the host itself.
fn hostile_sources_are_refused_or_small() {
    let long = |unit: &str| unit.repeat(60_000 / unit.len());
    let nested = |open: &str, inner: &str, close: &str, times| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let (refused, taken): (Vec<_>, Vec<_>) = [
        nested("(", "1", ")", 100_000),
        nested("(", "1", ")", 30_000),
        nested("[", "1", "]", 30_000),
        nested("{'a':", "1", "}", 10_000),
        nested("[1..", "2", "]", 10_000),
        nested("function($a){", "1", "}", 4_000),
        nested("$f(", "1", ")", 15_000),
        nested("a[", "1", "]", 15_000),
        nested("1?", "1", ":1", 10_000),
        nested("|", "a", "|a|", 10_000),
        long("-"),
        long("1+"),
        long("a."),
        long("%."),
        long("a@$b."),
        long("$a:="),
        long("$f~>"),
        format!("/{}/", nested("(", "a", ")", 29_000)),
        format!("/{}/", nested("(?:", "a", ")*", 10_000)),
        format!("/{}/", "a{1000}".repeat(8_000)),
        format!("/{}/", nested("(", "a", "){1000}", 7_000)),
        format!("/[{}]/i", "\\u0000-\\uffff".repeat(4_000)),
        nested("(", "1", ")", 400),
        nested("[1..", "2", "]", 200),
        nested("function($a){", "$a", "}", 300),
        nested("a[", "1", "]", 300),
        format!("[{}1]", long("1,")),
        format!("({}1)", long("$a:=1;")),
        format!("[{}1]", long("1..2,")),
        format!("'{}'", long("a")),
    ]
    .into_iter()
    .partition(|source| Jsonata::parse(&format!("{{% {source} %}}")).is_err());
    println!("{} sources refused, {} taken", refused.len(), taken.len());
    assert!(refused.len() >= 14 && taken.len() >= 8);
    for source in &taken {
        // Whatever it gives, it comes back.
        let _ = Jsonata::parse(&format!("{{% {source} %}}")).unwrap().evaluate(&Data { input: json!({}) });
    }
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kibibytes: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
        println!("the host's own peak: {kibibytes} KiB");
        assert!(kibibytes << 10 < MOST_MEMORY, "{kibibytes} KiB");
    }
}

fn a_worker_that_goes_is_replaced(pool: &Pool) {
    assert_eq!(evaluate("1 + 1"), Ok(json!(2)));
    let idle = pool.idle_processes();
    assert!(!idle.is_empty());
    for id in idle {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process};
            kill_process(Pid::from_raw(i32::try_from(id).unwrap()).unwrap(), Signal::KILL).unwrap();
        }
        #[cfg(not(unix))]
        let _ = id;
    }
    for _ in 0..4 {
        assert_eq!(evaluate("1 + 1"), Ok(json!(2)));
    }
}

fn what_goes_through_stays_the_same() {
    for (source, want) in [
        ("$order.a + 1", json!(2)),
        ("{ 'é\\u0000\\n': $states.input.list[0] }", json!({ "é\u{0}\n": [1] })),
        ("$now()", json!("1970-01-01T00:00:00.000Z")),
        ("$length($uuid())", json!(36)),
        ("$random() = $random()", json!(false)),
        ("0.1 + 0.2 = 0.3", json!(false)),
        ("null or false", json!(false)),
        ("[]", json!([])),
        ("[[]]", json!([[]])),
        ("['U1001', 'b']", json!(["U1001", "b"])),
    ] {
        assert_eq!(evaluate(source), Ok(want), "{source}");
    }
    assert_eq!(evaluate("$nothing.a"), Err(JsonataError::Undefined));
    match evaluate("1 + 'a'") {
        Err(JsonataError::Threw { code, .. }) => assert_eq!(code, "T2002"),
        other => panic!("{other:?}"),
    }
}
