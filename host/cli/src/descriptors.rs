//! How many files and connections the system lets the process have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for what is no connection: the database, logs, plugins, buckets, requests that go out.
const RESERVED: usize = 512;

/// Raises the bound as far as the system lets a process do that by itself, and returns how many connections fit in, at most
/// as many as are wanted.
pub(crate) fn room_for(connections: usize) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = (connections + RESERVED) as u64;
    let mut bound = current;
    if current.is_some_and(|current| current < wanted) {
        let raised = maximum.map_or(wanted, |maximum| maximum.min(wanted));
        match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }) {
            Ok(()) => bound = Some(raised),
            Err(error) => tracing::warn!(%error, "the bound on open files cannot be raised"),
        }
    }
    let Some(bound) = bound.and_then(|bound| usize::try_from(bound).ok()) else { return connections };
    let room = bound.saturating_sub(RESERVED).max(bound / 2).max(1).min(connections);
    if room < connections {
        tracing::warn!(
            wanted = connections,
            connections = room,
            "fewer connections are let in than wanted, since the system lets this process open {bound} files; raise `ulimit -n`"
        );
    }
    room
}
