//! The last lines that plugins logged, in memory, for who looks at a running host.

use std::collections::VecDeque;

use dirigent_api::PluginLogLine;
use parking_lot::Mutex;

/// Lines that are kept.
const LINES: usize = 10_000;
/// Bytes of text that are kept.
const BYTES: usize = 8 << 20;

/// The lines, oldest first.
#[derive(Default)]
pub(crate) struct RecentLogs(Mutex<Ring>);

#[derive(Default)]
struct Ring {
    lines: VecDeque<PluginLogLine>,
    bytes: usize,
    last: u64,
}

impl RecentLogs {
    /// Keeps these lines, numbered in this order, and drops the oldest beyond the limits.
    pub(crate) fn add(&self, lines: impl Iterator<Item = PluginLogLine>) {
        let mut ring = self.0.lock();
        for line in lines {
            ring.last += 1;
            ring.bytes += size(&line);
            let number = ring.last;
            ring.lines.push_back(PluginLogLine { number, ..line });
            while ring.lines.len() > LINES || ring.bytes > BYTES {
                let Some(dropped) = ring.lines.pop_front() else { break };
                ring.bytes -= size(&dropped);
            }
        }
    }

    /// Lines of a plugin (`NAME`, or `NAME@VERSION`) behind the one of a number, from a time on; the first so many.
    pub(crate) fn find(
        &self,
        plugin: &str,
        after: u64,
        since_ms: Option<i64>,
        limit: usize,
    ) -> Vec<PluginLogLine> {
        let is = |line: &&PluginLogLine| {
            line.plugin == plugin || line.plugin.split_once('@').is_some_and(|(name, _)| name == plugin)
        };
        let ring = self.0.lock();
        let first = ring.lines.partition_point(|line| line.number <= after);
        let late = |line: &&PluginLogLine| since_ms.is_none_or(|since| line.time_ms >= since);
        ring.lines.range(first..).filter(is).filter(late).take(limit).cloned().collect()
    }
}

/// What a line takes: its texts, and as much again as its fields.
fn size(line: &PluginLogLine) -> usize {
    let texts = [&line.plugin, &line.execution_arn, &line.state, &line.level, &line.message];
    texts.iter().map(|text| text.len()).sum::<usize>() + size_of::<PluginLogLine>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(plugin: &str, time_ms: i64, message: &str) -> PluginLogLine {
        PluginLogLine {
            number: 0,
            time_ms,
            plugin: plugin.into(),
            execution_arn: "arn".into(),
            state: "A".into(),
            attempt: 0,
            level: "info".into(),
            message: message.into(),
        }
    }

    #[test]
    fn lines_are_found() {
        let logs = RecentLogs::default();
        logs.add([line("a@1.0.0", 1, "x"), line("ab@1.0.0", 2, "y"), line("a@2.0.0", 3, "z")].into_iter());
        for (plugin, after, since, limit, found) in [
            ("a", 0, None, 9, vec!["x", "z"]),
            ("a@1.0.0", 0, None, 9, vec!["x"]),
            ("a", 1, None, 9, vec!["z"]),
            ("a", 0, Some(2), 9, vec!["z"]),
            ("a", 0, None, 1, vec!["x"]),
            ("a", 3, None, 9, vec![]),
            ("b", 0, None, 9, vec![]),
        ] {
            let lines = logs.find(plugin, after, since, limit);
            let lines: Vec<&str> = lines.iter().map(|line| line.message.as_str()).collect();
            assert_eq!(lines, found, "{plugin} {after} {since:?} {limit}");
        }
    }

    #[test]
    fn the_oldest_go() {
        let logs = RecentLogs::default();
        logs.add((0..2 * LINES).map(|_| line("a@1.0.0", 0, "x")));
        let kept = logs.find("a", 0, None, usize::MAX);
        assert_eq!((kept.len(), kept[0].number), (LINES, LINES as u64 + 1));
        let long = "x".repeat(BYTES / 4);
        logs.add((0..8).map(|_| line("a@1.0.0", 0, &long)));
        assert_eq!(logs.find("a", 0, None, usize::MAX).len(), 3);
        assert!(logs.0.lock().bytes <= BYTES);
    }
}
