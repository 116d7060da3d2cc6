//! Time and randomness as an attempt with a journal has them: after a crash it is told the same again.

use std::{
    convert::Infallible,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rand::{Rng as _, SeedableRng as _, TryRng, rngs::StdRng};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use crate::{
    journal::{Tape, TapeError, Value},
    outside::Outside,
};

/// What the attempt is told, or the end of the call.
fn told(outside: &Outside, tape: &Tape, now: impl Fn() -> Value) -> Value {
    let told: Result<Value, TapeError> = tape.tell(&now);
    told.unwrap_or_else(|error| {
        outside.fatal().set(outside.off_the_tape(&error));
        now()
    })
}

/// The clock on the wall.
pub(super) struct Wall(pub(super) Outside, pub(super) Tape);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        let now = || Value::Wall(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos());
        match told(&self.0, &self.1, now) {
            Value::Wall(nanoseconds) => Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX)),
            _ => wrong(&self.0),
        }
    }
}

/// The clock that only goes forward.
pub(super) struct Monotonic {
    outside: Outside,
    tape: Tape,
    started: Instant,
}

impl Monotonic {
    pub(super) fn new(outside: Outside, tape: Tape) -> Self {
        Self { outside, tape, started: Instant::now() }
    }
}

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        let now = || Value::Monotonic(u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX));
        match told(&self.outside, &self.tape, now) {
            Value::Monotonic(nanoseconds) => nanoseconds,
            _ => wrong(&self.outside),
        }
    }
}

/// Random bytes that all come from one seed, which is what the journal has.
pub(super) struct Random {
    outside: Outside,
    tape: Tape,
    stream: Option<StdRng>,
}

impl Random {
    pub(super) fn new(outside: Outside, tape: Tape) -> Self {
        Self { outside, tape, stream: None }
    }

    fn stream(&mut self) -> &mut StdRng {
        let (outside, tape) = (&self.outside, &self.tape);
        self.stream.get_or_insert_with(|| {
            let seed = told(outside, tape, || Value::Seed(rand::random()));
            StdRng::from_seed(match seed {
                Value::Seed(seed) => seed,
                _ => wrong(outside),
            })
        })
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.stream().next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.stream().next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.stream().fill_bytes(bytes);
        Ok(())
    }
}

/// It was told something of another kind at this place.
fn wrong<T: Default>(outside: &Outside) -> T {
    outside.fatal().set(outside.told_otherwise());
    T::default()
}
