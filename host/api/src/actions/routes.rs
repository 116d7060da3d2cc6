//! `routingConfiguration`: where an alias leads.

use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::catalog::{Route, Routes, StateMachine};
use serde_json::{Value, json};

use super::MAX_ARN;
use super::versions::{version_arn, version_in};
use crate::arn;
use crate::error::ApiError;
use crate::params::Params;

const NAME: &str = "routingConfiguration";

/// Most routes of an alias.
const MAX_ROUTES: usize = 2;

/// Greatest weight of a route, in percent.
const MAX_WEIGHT: i64 = 100;

/// Routes as the caller wrote them: ARNs and weights.
pub(super) struct Wanted(Vec<(String, i64)>);

/// Reads the routes, where given. What is out of bounds is among the violations then.
pub(super) fn read(params: &mut Params) -> Result<Option<Wanted>, ApiError> {
    let Some(list) = params.items(NAME)? else { return Ok(None) };
    let (mut wanted, mut routes) = (Vec::new(), Vec::new());
    for mut route in list {
        let arn = route.required("stateMachineVersionArn", 1, MAX_ARN)?;
        let weight = route.integer("weight", 0, MAX_WEIGHT)?;
        if weight.is_none() {
            route.missing("weight");
        }
        wanted.push((arn, weight.unwrap_or_default()));
        routes.push(route);
    }
    if wanted.is_empty() {
        params.violation(NAME, "[]", "Member must have length greater than or equal to 1");
    } else if wanted.len() > MAX_ROUTES {
        let constraint = format!("Member must have length less than or equal to {MAX_ROUTES}");
        params.violation(NAME, &shown(&wanted), &constraint);
    }
    routes.into_iter().for_each(|route| params.absorb(route));
    Ok(Some(Wanted(wanted)))
}

/// Routes as AWS repeats them in a message.
fn shown(wanted: &[(String, i64)]) -> String {
    let shown: Vec<String> = wanted
        .iter()
        .map(|(arn, weight)| {
            format!("RoutingConfigurationListItem(stateMachineVersionArn={arn}, weight={weight})")
        })
        .collect();
    format!("[{}]", shown.join(", "))
}

impl Wanted {
    /// The state machine and its versions that are meant.
    pub(super) fn resolve(self, engine: &Engine) -> Result<(Arc<StateMachine>, Routes), ApiError> {
        let arns: Vec<&str> = self.0.iter().map(|(arn, _)| arn.as_str()).collect();
        let refused = |rule: &str, received: &[String]| {
            let message = format!("{rule}. Received: [{}]", received.join(", "));
            ApiError::validation(message)
        };
        let of_arns = |rule: &str| refused(rule, &arns.iter().map(ToString::to_string).collect::<Vec<_>>());
        let mut routes = Vec::new();
        for (arn, weight) in &self.0 {
            let Some(version) = version_in(arn)? else {
                return Err(of_arns("Routing configuration must contain state machine version ARNs"));
            };
            let weight = u8::try_from(*weight).unwrap_or(u8::MAX);
            routes.push(Route { version, weight });
        }
        let mut machines = arns.iter().map(|arn| arn.rsplit_once(':').map(|(machine, _)| machine));
        let first = machines.next().flatten();
        if machines.any(|machine| machine != first) {
            return Err(of_arns("Routing configuration must contain versions of one state machine"));
        }
        if let [one, other] = routes.as_slice()
            && one.version == other.version
        {
            return Err(of_arns("Routing configuration must contain distinct state machine version ARNs"));
        }
        let weights: Vec<String> = routes.iter().map(|route| route.weight.to_string()).collect();
        let routes = Routes::new(routes)
            .ok_or_else(|| refused("Sum of routing configuration weights must equal 100", &weights))?;
        let missing = |arn: &str| ApiError::new("ResourceNotFound", format!("Resource not found: '{arn}'"));
        let first = arns.first().copied().unwrap_or_default();
        arn::machine(first)?;
        let (machine, _) = engine.machine_and_qualifier(first).ok_or_else(|| missing(first))?;
        let unknown =
            routes.iter().position(|route| !machine.published.versions.contains_key(&route.version));
        match unknown.and_then(|at| arns.get(at)) {
            Some(arn) => Err(missing(arn)),
            None => Ok((machine, routes)),
        }
    }
}

/// Routes as they are described.
pub(super) fn shape(engine: &Engine, machine: &str, routes: &Routes) -> Value {
    let shown = routes.iter().map(|route| {
        json!({ "stateMachineVersionArn": version_arn(engine, machine, route.version), "weight": route.weight })
    });
    Value::Array(shown.collect())
}
