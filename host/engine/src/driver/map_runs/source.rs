//! From a Map Run's items to the inputs of its children: one item each, or a batch.

use std::collections::VecDeque;
use std::sync::Arc;

use dirigent_asl::Distributed;

use crate::core::{MapRun, MapRunItems, RunItem, STATE_DATA};
use crate::driver::objects::{Item, ItemStream, ObjectHost, ReadRequest};
use crate::event::Fault;
use crate::payload::Payload;

/// What one child is given.
pub(in crate::driver) struct ChildInput {
    pub(in crate::driver) input: Payload,
    /// How many items that is.
    pub(super) items: u32,
}

/// Makes children's inputs of items, in order.
pub(in crate::driver) struct Inputs {
    items: Items,
    batch: Option<Batch>,
    /// The index of the next item.
    next: u64,
    /// A selected item that did not fit into the batch before.
    held: Option<Payload>,
    state_data: Arc<str>,
}

/// What makes of an item what `ItemSelector` says.
pub(in crate::driver) type Select<'a> = dyn Fn(&RunItem) -> Result<Payload, Fault> + Sync + 'a;

/// `ItemBatcher`.
struct Batch {
    items: u64,
    bytes: u64,
    /// All of a batch's input up to its first item.
    head: String,
}

enum Items {
    Given(VecDeque<Payload>),
    Read(Box<dyn ItemStream>),
}

impl Inputs {
    pub(in crate::driver) async fn open(
        objects: &dyn ObjectHost,
        distributed: &Distributed,
        run: &MapRun,
        payload_bytes: usize,
    ) -> Result<Inputs, Fault> {
        let items = match &run.items {
            MapRunItems::Given(items) => {
                let values = items.value().as_array().cloned().unwrap_or_default();
                Items::Given(values.into_iter().map(Payload::from_value).collect())
            }
            MapRunItems::Read(arguments) => {
                Items::Read(objects.read(read_request(distributed, run, arguments)?).await?)
            }
        };
        Ok(Inputs::of(items, distributed, run, payload_bytes))
    }

    /// As [`Inputs::open`], of a run whose `ItemReader` reads an object with this content.
    pub(in crate::driver) async fn open_given(
        objects: &dyn ObjectHost,
        distributed: &Distributed,
        run: &MapRun,
        payload_bytes: usize,
        content: &str,
    ) -> Result<Inputs, Fault> {
        let MapRunItems::Read(arguments) = &run.items else {
            return Inputs::open(objects, distributed, run, payload_bytes).await;
        };
        let request = read_request(distributed, run, arguments)?;
        let items = Items::Read(objects.read_given(request, content).await?);
        Ok(Inputs::of(items, distributed, run, payload_bytes))
    }

    fn of(items: Items, distributed: &Distributed, run: &MapRun, payload_bytes: usize) -> Inputs {
        let settings = &run.settings;
        let batch = distributed.batcher.is_some().then(|| Batch {
            items: settings.batch_items.unwrap_or(u64::MAX),
            bytes: settings.batch_bytes.unwrap_or(u64::MAX).min(payload_bytes as u64),
            head: match &run.batch_input {
                Some(input) => format!("{{\"BatchInput\":{},\"Items\":[", input.text()),
                None => "{\"Items\":[".to_owned(),
            },
        });
        Inputs { items, batch, next: 0, held: None, state_data: STATE_DATA.into() }
    }

    /// The next child's input. `select` makes an item what `ItemSelector` says. Where `skip`, the child exists already
    /// and only its number of items is asked for.
    pub(in crate::driver) async fn next(
        &mut self,
        skip: bool,
        select: &Select<'_>,
    ) -> Option<Result<ChildInput, Fault>> {
        match self.make(skip, select).await {
            Ok(input) => input.map(Ok),
            Err(fault) => Some(Err(fault)),
        }
    }

    async fn make(&mut self, skip: bool, select: &Select<'_>) -> Result<Option<ChildInput>, Fault> {
        let Some((most_items, most_bytes, mut text)) =
            self.batch.as_ref().map(|batch| (batch.items, batch.bytes, batch.head.clone()))
        else {
            let Some(item) = self.item().await? else { return Ok(None) };
            let input = if skip { item.value } else { select(&item)? };
            return Ok(Some(ChildInput { input, items: 1 }));
        };
        let mut items = 0_u32;
        while u64::from(items) < most_items {
            let item = match self.held.take() {
                Some(item) => item,
                None => match self.item().await? {
                    Some(item) => select(&item)?,
                    None => break,
                },
            };
            let length = text.len() + item.text().len() + "]}".len() + usize::from(items > 0);
            // An item that is too large for any batch gets one of its own, and its child the error.
            if items > 0 && length as u64 > most_bytes {
                self.held = Some(item);
                break;
            }
            if items > 0 {
                text.push(',');
            }
            text.push_str(item.text());
            items += 1;
        }
        text.push_str("]}");
        Ok((items > 0).then(|| ChildInput { input: Payload::from_text(text), items }))
    }

    async fn item(&mut self) -> Result<Option<RunItem>, Fault> {
        let index = self.next;
        let item = match &mut self.items {
            Items::Given(items) => items.pop_front().map(|value| RunItem {
                index,
                value,
                key: None,
                source: self.state_data.clone(),
            }),
            Items::Read(stream) => {
                let item = stream.next().await.transpose()?;
                item.map(|Item { text, key, source }| RunItem {
                    index,
                    value: Payload::from_text(text),
                    key,
                    source,
                })
            }
        };
        self.next += 1;
        Ok(item)
    }
}

fn read_request(distributed: &Distributed, run: &MapRun, arguments: &Payload) -> Result<ReadRequest, Fault> {
    let max_items = match run.settings.max_items {
        Some(negative) if negative < 0 => {
            return Err(Fault::new("States.ItemReaderFailed", "field MaxItems must be positive"));
        }
        // 0 is no bound, as in AWS's recordings.
        Some(0) | None => None,
        Some(most) => u64::try_from(most).ok(),
    };
    let reader = distributed.reader.as_ref();
    Ok(ReadRequest {
        list: reader.is_some_and(|reader| reader.resource == dirigent_asl::ReaderResource::ListObjects),
        arguments: arguments.clone(),
        config: reader.map(|reader| reader.config.clone()).unwrap_or_default(),
        max_items,
    })
}
