//! Tapes over what an earlier run left.
#![allow(clippy::unwrap_used)]

use async_trait::async_trait;

use super::*;

/// A journal in memory that a second tape can be opened over.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<u8>>>);

#[async_trait]
impl Journal for Memory {
    async fn read(&self, _: JournalScope) -> Result<Vec<Vec<u8>>, JournalError> {
        Ok(self.0.lock().clone())
    }

    async fn append(
        &self,
        _: JournalScope,
        records: Vec<Vec<u8>>,
        _: Vec<KeyValueChange>,
    ) -> Result<(), JournalError> {
        self.0.lock().extend(records);
        Ok(())
    }
}

fn answer(body: &str) -> Answer {
    Answer::Response { status: 200, headers: Vec::new(), body: body.into() }
}

const A: [u8; 32] = [1; 32];
const B: [u8; 32] = [2; 32];

#[tokio::test]
async fn an_attempt_goes_on_where_it_was() {
    let journal = Arc::new(Memory::default());
    let first = Tape::open(journal.clone()).await.unwrap();
    assert_eq!(first.tell(|| Value::Wall(7)), Ok(Value::Wall(7)));
    let place = first.take_place();
    assert_eq!(first.begin(place, A).await, Ok(Begin::Now));
    first.end(place, answer("one")).await.unwrap();
    // This one is lost with the host: nothing depended on it yet.
    first.tell(|| Value::Wall(8)).unwrap();

    let second = Tape::open(journal.clone()).await.unwrap();
    assert_eq!(second.tell(|| Value::Wall(9)), Ok(Value::Wall(7)));
    let place = second.take_place();
    assert_eq!(second.begin(place, A).await, Ok(Begin::Done(answer("one"))));
    assert_eq!(second.tell(|| Value::Wall(10)), Ok(Value::Wall(10)));
    let place = second.take_place();
    assert_eq!(second.begin(place, B).await, Ok(Begin::Now));

    let third = Tape::open(journal).await.unwrap();
    let told = [third.tell(|| Value::Wall(0)), {
        third.take_place();
        third.tell(|| Value::Wall(0))
    }];
    assert_eq!(told, [Ok(Value::Wall(7)), Ok(Value::Wall(10))]);
    let place = third.take_place();
    assert_eq!(third.begin(place, B).await, Ok(Begin::InDoubt));
    assert_eq!(third.finish(), Ok(()));
}

#[tokio::test]
async fn an_attempt_that_does_something_else_has_diverged() {
    let journal = Arc::new(Memory::default());
    let first = Tape::open(journal.clone()).await.unwrap();
    first.tell(|| Value::Wall(7)).unwrap();
    first.begin(first.take_place(), A).await.unwrap();
    first.store(first.take_place(), B, vec![1], Vec::new()).await.unwrap();

    let other = Tape::open(journal.clone()).await.unwrap();
    assert!(matches!(other.begin(other.take_place(), A).await, Err(TapeError::Diverged { place: 0, .. })));
    assert!(matches!(other.begin(other.take_place(), B).await, Err(TapeError::Diverged { place: 1, .. })));
    assert_eq!(other.stored(2, B), Ok(Some(vec![1])));
    assert!(matches!(other.stored(2, A), Err(TapeError::Diverged { place: 2, .. })));
    assert!(matches!(other.tell(|| Value::Wall(0)), Err(TapeError::Diverged { place: 2, .. })));

    let short = Tape::open(journal).await.unwrap();
    short.tell(|| Value::Wall(7)).unwrap();
    let error = short.finish().unwrap_err();
    assert_eq!(error.to_string(), "at place 1 of its journal it sent a request, and now it ends");
}

#[tokio::test]
async fn what_is_told_is_bounded() {
    let tape = Tape::open(Arc::new(Memory::default())).await.unwrap();
    let full = (0..1_000_000).map(|n| tape.tell(|| Value::Monotonic(n))).find_map(Result::err);
    assert!(matches!(full, Some(TapeError::Journal(JournalError::Full(_)))));
}
