//! The table by area that the suite prints.

use std::collections::BTreeMap;

use dirigent_tests::report::say;

use crate::replay::Case;

/// How many cases there are, pass, and pass strictly.
#[derive(Clone, Copy, Default)]
struct Counts([usize; 3]);

impl Counts {
    fn add(&mut self, case: &Case) {
        let Counts([all, passed, strictly]) = self;
        *all += 1;
        *passed += usize::from(case.passed());
        *strictly += usize::from(case.strictly);
    }
}

/// Shows a line for each area of each class, and one for each class.
pub(crate) fn show(cases: &[Case]) {
    let mut areas: BTreeMap<(&str, &str), Counts> = BTreeMap::new();
    let mut classes: BTreeMap<&str, Counts> = BTreeMap::new();
    for case in cases {
        areas.entry((case.class, &case.area)).or_default().add(case);
        classes.entry(case.class).or_default().add(case);
    }
    say(format!("{:9} {:30} {:>5} {:>6} {:>6}", "class", "area", "cases", "passed", "strict"));
    let line = |class: &str, area: &str, Counts([all, passed, strictly]): Counts| {
        say(format!("{class:9} {area:30} {all:>5} {passed:>6} {strictly:>6}"));
    };
    areas.iter().for_each(|((class, area), counts)| line(class, area, *counts));
    classes.iter().for_each(|(class, counts)| line(class, "all", *counts));
}
