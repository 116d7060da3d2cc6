//! Days of the Gregorian calendar, as far as a due date needs them.

/// The day that many days after a day, both as `2026-11-20`. None for anything that is no day.
pub(crate) fn plus_days(day: &str, days: i64) -> Option<String> {
    let mut parts = day.splitn(3, '-');
    let mut number = |digits: usize| {
        parts.next().filter(|part| part.len() == digits).and_then(|part| part.parse::<i64>().ok())
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    if !(1..=12).contains(&month) || !(1..=length(year, month)).contains(&day) {
        return None;
    }
    let (mut year, mut month, mut day) = (year, month, day + days);
    while day > length(year, month) {
        day -= length(year, month);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// Days of a month.
fn length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (day, days, expected) in [
            ("2026-11-20", 0, Some("2026-11-20")),
            ("2026-11-20", 14, Some("2026-12-04")),
            ("2026-12-20", 14, Some("2027-01-03")),
            ("2028-02-20", 14, Some("2028-03-05")),
            ("2100-02-20", 14, Some("2100-03-06")),
            ("2026-01-31", 59, Some("2026-03-31")),
            ("2026-02-29", 1, None),
            ("2026-13-01", 1, None),
            ("20261120", 1, None),
            ("", 1, None),
        ] {
            assert_eq!(plus_days(day, days).as_deref(), expected, "{day} and {days} days");
        }
    }
}
