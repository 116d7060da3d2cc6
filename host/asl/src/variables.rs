//! Which variables a state reads: AWS's `variableReferences`.

use std::collections::BTreeSet;

use dirigent_expr::{Expr, Template};

use crate::program::{Concurrency, Kind, Seconds, Selector, State, Text, WaitUntil};

impl State {
    /// The names of the variables that the state's own fields refer to, sorted, without those of nested states.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        let mut found = BTreeSet::new();
        self.visit(&mut |part| match part {
            Part::Expr(expr) => found.extend(expr.variables()),
            Part::Template(template) => found.extend(template.variables()),
        });
        found.into_iter().collect()
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Part<'a>)) {
        let flow = &self.flow;
        for selector in [&flow.input, &flow.output] {
            if let Selector::At(expr) = selector {
                visit(Part::Expr(expr));
            }
        }
        for template in [&flow.parameters, &flow.result_selector, &flow.assign].into_iter().flatten() {
            visit(Part::Template(template));
        }
        match &self.kind {
            Kind::Task(task) => {
                for seconds in [&task.timeout, &task.heartbeat].into_iter().flatten() {
                    if let Seconds::Path(expr) = seconds {
                        visit(Part::Expr(expr));
                    }
                }
                task.credentials.iter().for_each(|template| visit(Part::Template(template)));
            }
            Kind::Choice(choice) => {
                for rule in &choice.rules {
                    rule.condition.visit_exprs(&mut |expr| visit(Part::Expr(expr)));
                    rule.assign.iter().for_each(|template| visit(Part::Template(template)));
                }
            }
            Kind::Wait(wait) => {
                if let WaitUntil::SecondsPath(expr) | WaitUntil::TimestampPath(expr) = &wait.until {
                    visit(Part::Expr(expr));
                }
            }
            Kind::Map(map) => {
                map.items.iter().for_each(|expr| visit(Part::Expr(expr)));
                if let Concurrency::Path(expr) = &map.max_concurrency {
                    visit(Part::Expr(expr));
                }
            }
            Kind::Fail(fail) => {
                for text in [&fail.error, &fail.cause].into_iter().flatten() {
                    if let Text::Path(expr) = text {
                        visit(Part::Expr(expr));
                    }
                }
            }
            Kind::Pass(_) | Kind::Parallel(_) | Kind::Succeed => {}
        }
        for catcher in self.kind.errors().map(|errors| errors.catch.as_slice()).unwrap_or_default() {
            catcher.assign.iter().for_each(|template| visit(Part::Template(template)));
        }
    }
}

/// Something of a state that may refer to variables.
enum Part<'a> {
    Expr(&'a Expr),
    Template(&'a Template),
}
