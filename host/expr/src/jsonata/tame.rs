//! Expressions whose cost can be told from their text: most of those that workflows have.
//!
//! What makes an evaluation without bounds is recursion, values built of their own parts again and again, and single
//! functions that build far more than they are given. A tame expression has none of it: paths, operators, constructors,
//! conditions and a list of plain functions, at most one loop within another. Its cost is at most quadratic in the size
//! of its data, the evaluator's steps are counted within it, and so it needs no process of its own.

use jlens_core::ast::{BinaryOp, Node, NodeKind, Stage};

/// Most nodes of a tame expression: beyond it a constructor may repeat its data too often.
const MAX_NODES: usize = 250;

/// Loops within loops.
const MAX_DEGREE: u32 = 2;

/// Functions whose result is at most about as large as their arguments, in time about linear in them.
const PLAIN: &[&str] = &[
    "abs",
    "append",
    "average",
    "boolean",
    "ceil",
    "contains",
    "count",
    "exists",
    "floor",
    "fromMillis",
    "hash",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "parse",
    "random",
    "reverse",
    "round",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "uuid",
];

/// Functions that call a function for each item.
const LOOPS: &[&str] = &["map", "filter"];

/// Whether an expression is tame.
pub(super) fn is_tame(root: &Node) -> bool {
    let mut nodes = 0;
    root.walk(&mut |_| nodes += 1);
    nodes <= MAX_NODES && degree(root).is_some_and(|degree| degree <= MAX_DEGREE)
}

/// How many loops are within one another; `None` where that cannot be told.
fn degree(node: &Node) -> Option<u32> {
    let attrs = &node.attrs;
    let binds = attrs.focus.is_some() || attrs.index.is_some() || attrs.group.is_some() || attrs.tuple;
    if binds || attrs.ancestor.is_some() || !attrs.seeking_parent.is_empty() {
        return None;
    }
    let mut most = of_kind(&node.kind)?;
    for stage in attrs.stages.iter().chain(&attrs.predicate) {
        match stage {
            Stage::Filter { expr, .. } => most = most.max(1 + degree(expr)?),
            Stage::Index { .. } => return None,
        }
    }
    Some(most)
}

fn of_kind(kind: &NodeKind) -> Option<u32> {
    match kind {
        NodeKind::Name { .. }
        | NodeKind::Variable { .. }
        | NodeKind::String { .. }
        | NodeKind::Number { .. }
        | NodeKind::Bool { .. }
        | NodeKind::Null => Some(0),
        NodeKind::Negate { expr } => degree(expr),
        NodeKind::Binary { op, lhs, rhs } => {
            (*op != BinaryOp::Range).then_some(())?;
            // `in` looks at all of its right side.
            let own = u32::from(*op == BinaryOp::In);
            Some(own.max(degree(lhs)?).max(degree(rhs)?))
        }
        NodeKind::Array { items } => greatest(items),
        NodeKind::Object { pairs } => {
            pairs.iter().try_fold(0, |most, (key, value)| Some(degree(key)?.max(degree(value)?).max(most)))
        }
        NodeKind::Condition { condition, then, otherwise } => {
            let otherwise = otherwise.as_deref().map_or(Some(0), degree)?;
            Some(degree(condition)?.max(degree(then)?).max(otherwise))
        }
        NodeKind::Block { exprs, .. } => greatest(exprs),
        NodeKind::Path { steps, .. } => steps.iter().try_fold(0, |most, step| {
            let inner = match &step.kind {
                NodeKind::Name { .. } | NodeKind::Variable { .. } | NodeKind::String { .. } => 1,
                // Done once for each item that comes to it.
                _ => 1 + degree(step)?,
            };
            Some(most.max(inner).max(degree(step)?))
        }),
        NodeKind::Function { procedure, args } => call(procedure, args),
        _ => None,
    }
}

fn call(procedure: &Node, args: &[Node]) -> Option<u32> {
    let name = match &procedure.kind {
        NodeKind::Variable { name } => name.as_str(),
        NodeKind::Path { steps, .. } => match steps.as_slice() {
            [Node { kind: NodeKind::Variable { name }, .. }] => name.as_str(),
            _ => return None,
        },
        _ => return None,
    };
    if PLAIN.contains(&name) {
        return Some(greatest(args)?.max(1));
    }
    match args {
        [list, Node { kind: NodeKind::Lambda(lambda), .. }] if LOOPS.contains(&name) => {
            // A parameter that is named like a function would be called in its place.
            let hides = |name: &String| PLAIN.contains(&name.as_str()) || LOOPS.contains(&name.as_str());
            let plain = !lambda.thunk && !lambda.params.iter().any(hides);
            plain.then_some(())?;
            Some(degree(list)?.max(1 + degree(&lambda.body)?))
        }
        _ => None,
    }
}

fn greatest(nodes: &[Node]) -> Option<u32> {
    nodes.iter().try_fold(0, |most, node| Some(degree(node)?.max(most)))
}

#[cfg(test)]
mod tests {
    use super::is_tame;
    use jlens_core::Expression;

    #[test]
    fn what_is_tame() {
        let tame = |source: &str| is_tame(&Expression::compile(source).expect(source).ast().root);
        for source in [
            "$states.input.a + 1",
            "{'total': $sum($states.input.items.price), 'name': $uppercase($states.input.name)}",
            "$states.input.items[price > 10].name",
            "$states.input.orders[0].items.{'id': id, 'cost': price * quantity}",
            "$states.input.ok ? 'yes' : 'no'",
            "$map($states.input.list, function($v) { $v * 2 })",
            "$filter($states.input.list, function($v, $i) { $v.n > 1 and $i < 3 })[0]",
            "$count($states.input.list[n in [1, 2]])",
            "'a' & $string($states.context.Execution.Id)",
        ] {
            assert!(tame(source), "{source}");
        }
        for source in [
            "($f := function($n) { $f($n + 1) }; $f(0))",
            "[1..$states.input.n]",
            "$replace($states.input.s, /(a+)+$/, 'x')",
            "$pad($states.input.s, 1000000)",
            "$map($states.input.l, function($a) { $map($states.input.l, function($b) { $map($states.input.l, function($c) { $c }) }) })",
            "$map($states.input.l, function($count) { $count($count) })",
            "$states.input.l.($states.input.l.($states.input.l))",
            "($a := [1, 2]; $b := [$a, $a]; $b = $b)",
            "$states.input.**",
            "$states.input.l^(n)",
            "$states.input.l{n: m}",
            "$reduce($states.input.l, function($a, $b) { [$a, $a] })",
            "function($x) { $x }",
            "$states.input.l ~> $count",
            "$join($states.input.l, $states.input.s)",
        ] {
            assert!(!tame(source), "{source}");
        }
    }
}
