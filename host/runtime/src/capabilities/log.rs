//! A call's log: a limited number of lines of limited length, which also go to the host's own tracing.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{LogLevel, LogLimits, LogLine, outside::Outside};

/// The log of one call. Clones write to the same log.
#[derive(Clone)]
pub(crate) struct TaskLog(Arc<Log>);

struct Log {
    outside: Outside,
    limits: LogLimits,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    lines: Vec<LogLine>,
    dropped: u64,
}

impl TaskLog {
    pub(crate) fn new(outside: Outside, limits: LogLimits) -> Self {
        Self(Arc::new(Log { outside, limits, kept: Mutex::default() }))
    }

    /// Keep one line, or count it if the log is full.
    pub(crate) fn line(&self, level: LogLevel, mut message: String) {
        let Log { outside, limits, kept } = &*self.0;
        let (who, context) = (outside.who(), outside.context());
        let mut kept = kept.lock();
        if kept.lines.len() >= limits.lines as usize {
            kept.dropped += 1;
            return;
        }
        cut(&mut message, limits.line.as_usize());
        macro_rules! emit {
            ($level:ident) => {
                tracing::event!(
                    target: "plugin",
                    tracing::Level::$level,
                    plugin = %who,
                    execution = %context.execution_arn,
                    state = %context.state_name,
                    "{message}"
                )
            };
        }
        match level {
            LogLevel::Trace => emit!(TRACE),
            LogLevel::Debug => emit!(DEBUG),
            LogLevel::Info => emit!(INFO),
            LogLevel::Warn => emit!(WARN),
            LogLevel::Error => emit!(ERROR),
        }
        kept.lines.push(LogLine { level, message });
    }

    /// The text of the last line of level error: what a panic hook wrote, after a trap.
    pub(crate) fn last_error(&self) -> Option<String> {
        let kept = self.0.kept.lock();
        kept.lines.iter().rev().find(|line| line.level == LogLevel::Error).map(|line| line.message.clone())
    }

    /// Take all lines, with one more that says how many were dropped.
    pub(crate) fn take(&self) -> Vec<LogLine> {
        let mut kept = self.0.kept.lock();
        if kept.dropped > 0 {
            let message =
                format!("{} more lines were dropped (limit: {})", kept.dropped, self.0.limits.lines);
            kept.lines.push(LogLine { level: LogLevel::Warn, message });
            kept.dropped = 0;
        }
        std::mem::take(&mut kept.lines)
    }
}

/// Cut a text to at most `limit` bytes, at a character's boundary, and show that it was cut.
pub(crate) fn cut(text: &mut String, limit: usize) {
    const MARK: &str = "…";
    if text.len() <= limit {
        return;
    }
    let mut end = limit.saturating_sub(MARK.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    if limit >= MARK.len() {
        text.push_str(MARK);
    }
    // A cut line came from a message that may have been megabytes long.
    text.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_fit_and_keep_characters_whole() {
        for (text, limit, expected) in [
            ("abc", 3, "abc"),
            ("abcdef", 5, "ab…"),
            ("ääää", 6, "ä…"),
            ("ääää", 7, "ää…"),
            ("abc", 2, ""),
            ("abc", 0, ""),
        ] {
            let mut cut_text = text.to_owned();
            cut(&mut cut_text, limit);
            assert_eq!(cut_text, expected, "{text} to {limit}");
        }
    }
}
