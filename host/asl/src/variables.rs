//! Which variables a state reads: AWS's `variableReferences`.

use std::collections::BTreeSet;

use dirigent_expr::{Expr, Jsonata, JsonataTemplate, Template};

use crate::program::{
    AnyTemplate, CatchFlow, Distributed, Flow, Items, Kind, MapMode, Quantity, RuleCondition, Seconds,
    Selector, State, Text, WaitUntil,
};

impl State {
    /// The names of the variables that the state's own fields refer to, sorted, without those of nested states.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        let mut found = BTreeSet::new();
        self.visit(&mut |part| match part {
            Part::Expr(expr) => found.extend(expr.variables()),
            Part::Template(template) => found.extend(template.variables()),
            Part::Jsonata(jsonata) => found.extend(jsonata.variables()),
            Part::JsonataTemplate(template) => found.extend(template.variables()),
        });
        found.into_iter().collect()
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Part<'a>)) {
        match &self.flow {
            Flow::JsonPath(flow) => {
                for selector in [&flow.input, &flow.output] {
                    if let Selector::At(expr) = selector {
                        visit(Part::Expr(expr));
                    }
                }
                for template in [&flow.parameters, &flow.result_selector, &flow.assign].into_iter().flatten()
                {
                    visit(Part::Template(template));
                }
            }
            Flow::Jsonata(flow) => {
                for template in [&flow.arguments, &flow.output, &flow.assign].into_iter().flatten() {
                    visit(Part::JsonataTemplate(template));
                }
            }
        }
        match &self.kind {
            Kind::Task(task) => {
                for seconds in [&task.timeout, &task.heartbeat].into_iter().flatten() {
                    match seconds {
                        Seconds::Path(expr) => visit(Part::Expr(expr)),
                        Seconds::Jsonata(jsonata) => visit(Part::Jsonata(jsonata)),
                        Seconds::Fixed(_) => {}
                    }
                }
                task.credentials.iter().for_each(|template| visit(Part::any(template)));
            }
            Kind::Choice(choice) => {
                for rule in &choice.rules {
                    match &rule.condition {
                        RuleCondition::JsonPath(condition) => {
                            condition.visit_exprs(&mut |expr| visit(Part::Expr(expr)));
                        }
                        RuleCondition::Jsonata(jsonata) => visit(Part::Jsonata(jsonata)),
                        RuleCondition::Constant(_) => {}
                    }
                    rule.assign.iter().for_each(|template| visit(Part::any(template)));
                    rule.output.iter().for_each(|template| visit(Part::JsonataTemplate(template)));
                }
            }
            Kind::Wait(wait) => match &wait.until {
                WaitUntil::SecondsPath(expr) | WaitUntil::TimestampPath(expr) => visit(Part::Expr(expr)),
                WaitUntil::SecondsJsonata(jsonata) | WaitUntil::TimestampJsonata(jsonata) => {
                    visit(Part::Jsonata(jsonata));
                }
                WaitUntil::Seconds(_) | WaitUntil::Timestamp(_) => {}
            },
            Kind::Map(map) => {
                match &map.items {
                    Some(Items::Path(expr)) => visit(Part::Expr(expr)),
                    Some(Items::Jsonata(template)) => visit(Part::JsonataTemplate(template)),
                    None => {}
                }
                visit_quantity(&map.max_concurrency, visit);
                if let MapMode::Distributed(distributed) = &map.mode {
                    visit_distributed(distributed, visit);
                }
            }
            Kind::Fail(fail) => {
                for text in [&fail.error, &fail.cause].into_iter().flatten() {
                    match text {
                        Text::Path(expr) => visit(Part::Expr(expr)),
                        Text::Jsonata(jsonata) => visit(Part::Jsonata(jsonata)),
                        Text::Fixed(_) => {}
                    }
                }
            }
            Kind::Pass(_) | Kind::Parallel(_) | Kind::Succeed => {}
        }
        for catcher in self.kind.errors().map(|errors| errors.catch.as_slice()).unwrap_or_default() {
            match &catcher.flow {
                CatchFlow::JsonPath { assign, .. } => {
                    assign.iter().for_each(|template| visit(Part::Template(template)));
                }
                CatchFlow::Jsonata { output, assign } => {
                    output.iter().chain(assign).for_each(|template| visit(Part::JsonataTemplate(template)));
                }
            }
        }
    }
}

fn visit_quantity<'a>(quantity: &'a Quantity, visit: &mut dyn FnMut(Part<'a>)) {
    match quantity {
        Quantity::Path(expr) => visit(Part::Expr(expr)),
        Quantity::Jsonata(jsonata) => visit(Part::Jsonata(jsonata)),
        Quantity::Fixed(_) => {}
    }
}

fn visit_distributed<'a>(map: &'a Distributed, visit: &mut dyn FnMut(Part<'a>)) {
    let batcher = map.batcher.as_ref();
    let quantities = [
        map.reader.as_ref().and_then(|reader| reader.max_items.as_ref()),
        batcher.and_then(|batcher| batcher.max_items.as_ref()),
        batcher.and_then(|batcher| batcher.max_bytes.as_ref()),
        map.tolerated_count.as_ref(),
        map.tolerated_percentage.as_ref(),
    ];
    quantities.into_iter().flatten().for_each(|quantity| visit_quantity(quantity, visit));
    let templates = [
        map.reader.as_ref().and_then(|reader| reader.arguments.as_ref()),
        batcher.and_then(|batcher| batcher.input.as_ref()),
        map.writer.as_ref().and_then(|writer| writer.arguments.as_ref()),
    ];
    templates.into_iter().flatten().for_each(|template| visit(Part::any(template)));
}

/// Something of a state that may refer to variables.
enum Part<'a> {
    Expr(&'a Expr),
    Template(&'a Template),
    Jsonata(&'a Jsonata),
    JsonataTemplate(&'a JsonataTemplate),
}

impl<'a> Part<'a> {
    fn any(template: &'a AnyTemplate) -> Part<'a> {
        match template {
            AnyTemplate::JsonPath(template) => Part::Template(template),
            AnyTemplate::Jsonata(template) => Part::JsonataTemplate(template),
        }
    }
}
