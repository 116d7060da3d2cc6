//! `GET /metrics`: what the store wrote, what went by retention and what plugins used, for Prometheus.
//!
//! Source: Prometheus documentation, "Exposition formats", text format 0.0.4; names as "Metric and label naming" has them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use dirigent_engine::Totals;

use crate::rest::{Host, PluginUsage};

/// What the text is.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(crate) async fn metrics(State(host): State<Host>) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, TEXT_FORMAT)],
        text(&host.plugins.usage(), host.engine.store_totals(), host.engine.removed_executions()),
    )
}

/// A family of samples: its name, its type, what it is, and the value for a plugin.
type Family = (&'static str, &'static str, &'static str, fn(&PluginUsage) -> String);

/// One sample a plugin each.
const FAMILIES: &[Family] = &[
    ("fuel_total", "counter", "Units of fuel, about one an instruction.", |all| all.used.fuel.to_string()),
    ("cpu_seconds_total", "counter", "Time in which calls had a thread.", |all| seconds(all.used.cpu_micros)),
    ("wall_seconds_total", "counter", "Time that calls took.", |all| seconds(all.used.wall_micros)),
    ("host_calls_total", "counter", "Calls to the host.", |all| all.used.host_calls.to_string()),
    ("input_bytes_total", "counter", "Bytes of inputs.", |all| all.used.input_bytes.to_string()),
    ("output_bytes_total", "counter", "Bytes of outputs.", |all| all.used.output_bytes.to_string()),
    ("sent_bytes_total", "counter", "Bytes of bodies of requests.", |all| all.used.sent_bytes.to_string()),
    ("received_bytes_total", "counter", "Bytes of bodies of responses.", |all| {
        all.used.received_bytes.to_string()
    }),
    ("peak_memory_bytes", "gauge", "Greatest memory of a call.", |all| all.used.peak_memory.to_string()),
];

fn text(usage: &BTreeMap<String, PluginUsage>, store: Totals, removed: u64) -> String {
    let mut text = String::new();
    for (name, help, value) in [
        (
            "store_commits_total",
            "Transactions of the store, each made durable by one fsync.",
            store.transactions,
        ),
        ("store_batches_total", "Steps of executions and other changes in them.", store.batches),
        ("executions_removed_total", "Executions that retention has deleted.", removed),
    ] {
        let _ = writeln!(
            text,
            "# HELP dirigent_{name} {help}\n# TYPE dirigent_{name} counter\ndirigent_{name} {value}"
        );
    }
    head(
        &mut text,
        "calls_total",
        "counter",
        "Calls that are over, by their error name, succeeded or cancelled.",
    );
    for (plugin, all) in usage {
        let failed = all.failures.values().sum::<u64>();
        let succeeded = all.calls.saturating_sub(failed).saturating_sub(all.cancelled);
        let failures = all.failures.iter().map(|(name, count)| (name.as_str(), *count));
        for (outcome, count) in
            [("succeeded", succeeded), ("cancelled", all.cancelled)].into_iter().chain(failures)
        {
            sample(&mut text, "calls_total", plugin, Some(outcome), &count.to_string());
        }
    }
    for (name, kind, help, value) in FAMILIES {
        head(&mut text, name, kind, help);
        for (plugin, all) in usage {
            sample(&mut text, name, plugin, None, &value(all));
        }
    }
    text
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP dirigent_plugin_{name} {help}\n# TYPE dirigent_plugin_{name} {kind}");
}

fn sample(text: &mut String, name: &str, plugin: &str, outcome: Option<&str>, value: &str) {
    let (plugin, version) = plugin.split_once('@').unwrap_or((plugin, ""));
    let (plugin, version) = (escaped(plugin), escaped(version));
    let _ = write!(text, "dirigent_plugin_{name}{{plugin=\"{plugin}\",version=\"{version}\"");
    if let Some(outcome) = outcome {
        let _ = write!(text, ",outcome=\"{}\"", escaped(outcome));
    }
    let _ = writeln!(text, "}} {value}");
}

/// A label's value: the format ends it at a quote, and a line at its end.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::Usage;

    #[test]
    fn the_text_is_as_prometheus_reads_it() {
        let used = Usage { fuel: 5, cpu_micros: 1_000_042, peak_memory: 65_536, ..Usage::default() };
        let failures = BTreeMap::from([("Odd \"\\\n".to_owned(), 2)]);
        let echo = PluginUsage { calls: 6, cancelled: 1, failures, used };
        let usage =
            BTreeMap::from([("echo@1.0.0".to_owned(), echo), ("other".to_owned(), PluginUsage::default())]);
        let text = text(&usage, Totals { transactions: 7, batches: 9 }, 3);
        for line in [
            "# TYPE dirigent_store_commits_total counter",
            "dirigent_store_commits_total 7",
            "dirigent_store_batches_total 9",
            "dirigent_executions_removed_total 3",
            "# TYPE dirigent_plugin_calls_total counter",
            r#"dirigent_plugin_calls_total{plugin="echo",version="1.0.0",outcome="succeeded"} 3"#,
            r#"dirigent_plugin_calls_total{plugin="echo",version="1.0.0",outcome="cancelled"} 1"#,
            r#"dirigent_plugin_calls_total{plugin="echo",version="1.0.0",outcome="Odd \"\\\n"} 2"#,
            r#"dirigent_plugin_fuel_total{plugin="echo",version="1.0.0"} 5"#,
            r#"dirigent_plugin_cpu_seconds_total{plugin="echo",version="1.0.0"} 1.000042"#,
            r#"dirigent_plugin_cpu_seconds_total{plugin="other",version=""} 0.000000"#,
            "# TYPE dirigent_plugin_peak_memory_bytes gauge",
            r#"dirigent_plugin_peak_memory_bytes{plugin="echo",version="1.0.0"} 65536"#,
        ] {
            assert_eq!(
                text.lines().filter(|shown| *shown == line).count(),
                1,
                "{line} is not once in\n{text}"
            );
        }
        // Three of the engine; ten families of plugins, of which one has a sample for each outcome.
        assert_eq!(text.lines().count(), 3 * 3 + 10 * 2 + (3 + 2) + 9 * 2);
    }
}
