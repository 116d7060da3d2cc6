//! The events of one step at rest.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::{Event, Spent};
use crate::rows::{RowError, decode_grown, encode};

/// The events of one step, with the payloads that they are the first to refer to.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub struct Chunk {
    /// Payloads, by [`crate::PayloadRef::index`].
    pub payloads: Vec<Arc<str>>,
    /// Events, in order.
    pub events: Vec<Event>,
}

/// What attempts used, each by the place of its event in the chunk. Behind the rest, where chunks of earlier versions end.
type Behind = Vec<(u32, Spent)>;

impl Chunk {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, RowError> {
        let spent = |(place, event): (u32, &Event)| Some((place, event.kind.metering()?.spent));
        let behind: Behind = (0..).zip(&self.events).filter_map(spent).collect();
        // Most chunks have no attempt's end, and nothing is written for that.
        if behind.is_empty() { encode(self) } else { encode(&(self, behind)) }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Chunk, RowError> {
        let (mut chunk, behind): (Chunk, Behind) = decode_grown(bytes)?;
        for (place, spent) in behind {
            let event = usize::try_from(place).ok().and_then(|place| chunk.events.get_mut(place));
            if let Some(metering) = event.and_then(|event| event.kind.metering_mut()) {
                metering.spent = spent;
            }
        }
        Ok(chunk)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::PayloadRef;
    use crate::event::{EventKind, Fault, Metering, TaskResource};

    #[test]
    fn what_attempts_used_lies_behind_the_events() {
        let spent =
            |cpu_us| Spent { cpu_us, input_bytes: 1, output_bytes: 2, sent_bytes: 3, received_bytes: 4 };
        let failed = |metering: Option<Metering>| EventKind::TaskFailed {
            resource: TaskResource::Activity { arn: "a".into() },
            fault: Fault::default(),
            metering: metering.map(Box::new),
        };
        let metering =
            |spent| Metering { plugin: "echo@1.0.0".into(), fuel: 5, spent, ..Metering::default() };
        let started = EventKind::ExecutionStarted { input: PayloadRef { chunk: 1, index: 0 } };
        let none = Spent::default();
        for (kinds, added) in [
            (vec![started.clone()], false),
            (vec![failed(None)], false),
            (
                vec![
                    started,
                    failed(None),
                    failed(Some(metering(spent(7)))),
                    failed(Some(metering(spent(8)))),
                ],
                true,
            ),
        ] {
            let events = (1..).zip(kinds).map(|(id, kind)| Event { id, previous: 0, at_ms: 9, kind });
            let chunk = Chunk { payloads: vec!["{}".into()], events: events.collect() };
            let bytes = chunk.encode().unwrap();
            assert_eq!(Chunk::decode(&bytes).unwrap(), chunk);
            // As an earlier version wrote it.
            let before = encode(&chunk).unwrap();
            assert_eq!(bytes.len() > before.len(), added);
            let read = Chunk::decode(&before).unwrap();
            assert!(
                read.events.iter().filter_map(|event| event.kind.metering()).all(|used| used.spent == none)
            );
        }
    }
}
