//! What an Express state machine may not have: tasks that outlive a call, and Distributed Maps.
//!
//! Source: AWS developer guide, "Choosing workflow type": Express workflows have neither activities nor the
//! patterns `.sync` and `.waitForTaskToken`; and "Using Map state in Distributed mode": nor Distributed Map.

use crate::diagnostic::{Diagnostic, Diagnostics, Pointer, SCHEMA};
use crate::program::{ChildType, Kind, MapMode, Program};
use crate::{Integration, Resource};

impl Program {
    /// Why this program cannot run as an Express state machine; empty when it can.
    #[must_use]
    pub fn express_problems(&self) -> Vec<Diagnostic> {
        self.problems_below("/")
    }

    /// The same of the children of Distributed Maps, where these are Express.
    pub(super) fn express_children_problems(&self) -> Vec<Diagnostic> {
        let maps = self.states().iter().filter(|state| match &state.kind {
            Kind::Map(map) => match &map.mode {
                MapMode::Distributed(distributed) => distributed.child_type == ChildType::Express,
                MapMode::Inline => false,
            },
            _ => false,
        });
        maps.flat_map(|map| self.problems_below(&format!("{}/", map.location))).collect()
    }

    /// Of the states whose place begins like that.
    fn problems_below(&self, place: &str) -> Vec<Diagnostic> {
        let mut out = Diagnostics::default();
        for state in self.states().iter().filter(|state| state.location.starts_with(place)) {
            if let Kind::Map(map) = &state.kind
                && matches!(map.mode, MapMode::Distributed(_))
            {
                let message = "Express state machine does not support Distributed Map";
                out.error(SCHEMA, &Pointer::at(&state.location), message);
            }
            let Kind::Task(task) = &state.kind else { continue };
            // AWS's sentences, the space at the end of one included.
            let message = match &task.resource {
                Resource::Activity { .. } => "Express state machine does not support Activity ARN",
                Resource::Plugin { integration, .. } | Resource::Service { integration, .. } => {
                    match integration {
                        Integration::RequestResponse => continue,
                        Integration::Sync | Integration::Sync2 => {
                            "Express state machine does not support '.sync' service integration"
                        }
                        Integration::WaitForTaskToken => {
                            "Express state machine does not support '.waitForTaskToken' service integration "
                        }
                    }
                }
                Resource::Lambda { .. } => continue,
            };
            out.error(SCHEMA, &Pointer::at(&state.location).child("Resource"), message);
        }
        out.into_vec()
    }
}
