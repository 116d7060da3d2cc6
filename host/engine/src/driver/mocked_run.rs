//! The Map Run of a test: its items become the inputs of children, and no child runs. How it ends is mocked.

use dirigent_asl::{Distributed, Kind, MapMode, ReaderResource};
use dirigent_store::FrameId;
use parking_lot::Mutex;

use super::live::Lease;
use super::map_runs::Inputs;
use crate::core::{
    Gathered, MapRun, MapRunItems, MapRunSettings, Mock, RunItem, Stimulus, threshold_exceeded,
};
use crate::event::Fault;
use crate::payload::Payload;

/// Runs it, and answers the frame that waits for it.
pub(super) async fn run(lease: Lease, frame: FrameId, generation: u32, mock: Mock) {
    let Some((run, state)) = lease.live.execution.lock().map_run(frame, generation) else { return };
    let Some(Kind::Map(map)) = lease.live.program.get_state(state).map(|state| &state.kind) else { return };
    let MapMode::Distributed(distributed) = &map.mode else { return };
    let result = match gather(&lease, frame, generation, distributed, &run, &mock).await {
        Ok(items) => outcome(mock, &run.settings, items),
        Err(fault) => Err(fault),
    };
    let stimulus = Stimulus::MapRunEnded { frame, generation, result };
    lease.engine().clone().apply_and_perform(&lease, stimulus).await;
}

/// Makes the children's inputs, for the test to see, and returns how many items there are.
async fn gather(
    lease: &Lease,
    frame: FrameId,
    generation: u32,
    distributed: &Distributed,
    run: &MapRun,
    mock: &Mock,
) -> Result<u64, Fault> {
    let (live, engine) = (&lease.live, lease.engine());
    let most = engine.config.limits.payload_bytes;
    let objects = &*engine.objects;
    let inputs = match (&run.items, &mock.reader_data) {
        (MapRunItems::Given(_), _) => Inputs::open(objects, distributed, run, most).await?,
        (MapRunItems::Read(_), Some(content)) if has_items(distributed) => {
            Inputs::open_given(objects, distributed, run, most, content).await?
        }
        // Nothing is read in a test, and nothing is known of the items.
        (MapRunItems::Read(_), _) => return Ok(0),
    };
    let mut inputs = inputs;
    let seen = Mutex::new((Gathered::new(most), Gathered::new(most), 0_u64));
    let select = |item: &RunItem| -> Result<Payload, Fault> {
        let selected = {
            let execution = live.execution.lock();
            execution.map_item(&live.program, frame, &run.input, item, engine.moment())?
        };
        let mut seen = seen.lock();
        seen.0.push(&item.value);
        seen.1.push(&selected);
        seen.2 += 1;
        Ok(selected)
    };
    let mut batches = Gathered::new(most);
    while let Some(input) = inputs.next(false, &select).await {
        batches.push(&input?.input);
        // The test's time may be over.
        if live.execution.lock().map_run(frame, generation).is_none() {
            break;
        }
    }
    let (items, selected, length) = seen.into_inner();
    let mut execution = live.execution.lock();
    let selects = execution.selects_items(&live.program, frame);
    execution.see(|findings| {
        findings.read_items = items.array();
        findings.after_item_selector = selected.array().filter(|_| selects);
        findings.after_item_batcher = batches.array().filter(|_| distributed.batcher.is_some());
    });
    Ok(length)
}

/// Whether the content of the object that the reader reads has the items, rather than names of objects that have them,
/// and is text.
fn has_items(distributed: &Distributed) -> bool {
    use dirigent_asl::InputType::{Csv, Json, Jsonl};
    distributed.reader.as_ref().is_some_and(|reader| {
        reader.resource == ReaderResource::GetObject
            && reader.config.manifest.is_none()
            && matches!(reader.config.input_type, Some(Csv | Json | Jsonl))
    })
}

/// How a mocked run of so many items ends. As recorded of AWS, failures count against thresholds that are given only,
/// and not beside an error that is mocked.
fn outcome(mock: Mock, settings: &MapRunSettings, items: u64) -> Result<Payload, Fault> {
    let failed = mock.failed_iterations.unwrap_or(0);
    let given = settings.tolerated_count.is_some() || settings.tolerated_percentage.is_some();
    let exceeded = given && settings.exceeded_by(failed, Some(items));
    match mock.result {
        Ok(_) if exceeded => Err(threshold_exceeded()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds() {
        let cases = [
            (None, None, 2, true),
            (Some(1), None, 1, true),
            (Some(1), None, 2, false),
            (Some(0), None, 1, false),
            (Some(0), None, 0, true),
            (None, Some(50.0), 2, true),
            (None, Some(50.0), 3, false),
            (Some(0), Some(50.0), 2, true),
            (Some(1), Some(50.0), 2, false),
            (Some(9), Some(50.0), 3, false),
        ];
        for (tolerated_count, tolerated_percentage, failed, succeeds) in cases {
            let settings = MapRunSettings {
                max_concurrency: 0,
                tolerated_count,
                tolerated_percentage,
                max_items: None,
                batch_items: None,
                batch_bytes: None,
            };
            let result = Ok(Payload::empty_object());
            let mock = Mock { result, failed_iterations: Some(failed), reader_data: None };
            let ended = outcome(mock, &settings, 4);
            assert_eq!(ended.is_ok(), succeeds, "{tolerated_count:?} {tolerated_percentage:?} {failed}");
        }
    }
}
