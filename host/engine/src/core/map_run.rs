//! A Map Run as the frame that waits for it knows it: what it was started with, evaluated once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::Fault;
use crate::payload::{Payload, PayloadRef};

/// `Map.Item.Source` of items that came with the state's input.
/// Source: AWS developer guide, "Accessing execution data from the Context object".
pub(crate) const STATE_DATA: &str = "STATE_DATA";

/// More iterations have failed than a Map Run tolerates.
pub(crate) fn threshold_exceeded() -> Fault {
    let cause = "The specified tolerated failure threshold was exceeded";
    Fault::new("States.ExceedToleratedFailureThreshold", cause)
}

/// What a Map Run was started with. The driver runs it; the frame keeps this, so that a restarted host can go on.
#[derive(Clone, Debug)]
pub struct MapRun {
    /// The last part of its ARN: a UUID.
    pub id: Arc<str>,
    /// The Map state's label: the part of the ARN before it.
    pub label: Arc<str>,
    /// The state's effective input, which `ItemSelector` sees.
    pub input: Payload,
    /// Where the items come from.
    pub items: MapRunItems,
    /// Numbers.
    pub settings: MapRunSettings,
    /// `BatchInput`, evaluated.
    pub batch_input: Option<Payload>,
    /// The arguments of `ResultWriter`, evaluated; without them the results go into the state's output.
    pub writer: Option<Payload>,
    /// How often it has been redriven.
    pub redrives: u32,
}

/// An item, and what the context object says of it.
#[derive(Clone, Debug)]
pub struct RunItem {
    /// Its index, from 0.
    pub index: u64,
    /// The item.
    pub value: Payload,
    /// The member's name, where the items are the members of an object.
    pub key: Option<Arc<str>>,
    /// Where it came from: `STATE_DATA`, or the URI of a bucket or object.
    pub source: Arc<str>,
}

/// Where a Map Run's items come from.
#[derive(Clone, Debug)]
pub enum MapRunItems {
    /// An array, or an object whose members are the items.
    Given(Payload),
    /// An `ItemReader`, whose evaluated arguments these are.
    Read(Payload),
}

/// The numbers of a Map Run.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct MapRunSettings {
    /// `MaxConcurrency`; 0 is without bound of its own.
    pub max_concurrency: u32,
    /// `ToleratedFailureCount`, where given.
    pub tolerated_count: Option<u64>,
    /// `ToleratedFailurePercentage`, where given.
    pub tolerated_percentage: Option<f64>,
    /// `MaxItems`, where given. AWS takes a negative one in and then fails the run.
    pub max_items: Option<i64>,
    /// `MaxItemsPerBatch`, where given.
    pub batch_items: Option<u64>,
    /// `MaxInputBytesPerBatch`, where given.
    pub batch_bytes: Option<u64>,
}

impl MapRunSettings {
    /// Whether so many failed items are more than a run tolerates. Of `total` items a percentage is taken; `None` while
    /// it is not known. Where both thresholds are given, the first one exceeded counts.
    /// Source: AWS developer guide, "Setting failure thresholds for Distributed Map states".
    pub(crate) fn exceeded_by(&self, failed: u64, total: Option<u64>) -> bool {
        // A threshold of 0 beside another is none.
        let count = self.tolerated_count.filter(|most| *most != 0);
        let percentage = self.tolerated_percentage.filter(|most| *most != 0.0);
        // Without a threshold, or with none but 0, the first failure is one too many.
        let none = count.is_none() && percentage.is_none();
        let beyond_percentage = |most| total.is_some_and(|total| failed as f64 * 100.0 > most * total as f64);
        failed > 0
            && (none || count.is_some_and(|most| failed > most) || percentage.is_some_and(beyond_percentage))
    }
}

/// [`MapRun`] at rest.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct MapRunRow {
    id: Arc<str>,
    label: Arc<str>,
    input: PayloadRef,
    items: PayloadRef,
    read: bool,
    settings: MapRunSettings,
    batch_input: Option<PayloadRef>,
    writer: Option<PayloadRef>,
}

impl MapRunRow {
    pub(super) fn of(run: &MapRun, refer: &mut dyn FnMut(&Payload) -> PayloadRef) -> MapRunRow {
        let (MapRunItems::Given(items) | MapRunItems::Read(items)) = &run.items;
        MapRunRow {
            id: run.id.clone(),
            label: run.label.clone(),
            input: refer(&run.input),
            items: refer(items),
            read: matches!(run.items, MapRunItems::Read(_)),
            settings: run.settings.clone(),
            batch_input: run.batch_input.as_ref().map(&mut *refer),
            writer: run.writer.as_ref().map(&mut *refer),
        }
    }

    pub(super) fn payloads(&self) -> impl Iterator<Item = PayloadRef> {
        [self.input, self.items].into_iter().chain(self.batch_input).chain(self.writer)
    }

    pub(super) fn restore(self, payload: &dyn Fn(PayloadRef) -> Option<Payload>) -> Option<MapRun> {
        let optional = |at: Option<PayloadRef>| match at {
            Some(at) => payload(at).map(Some),
            None => Some(None),
        };
        let items = payload(self.items)?;
        Some(MapRun {
            id: self.id,
            label: self.label,
            input: payload(self.input)?,
            items: if self.read { MapRunItems::Read(items) } else { MapRunItems::Given(items) },
            settings: self.settings,
            batch_input: optional(self.batch_input)?,
            writer: optional(self.writer)?,
            redrives: 0,
        })
    }
}
