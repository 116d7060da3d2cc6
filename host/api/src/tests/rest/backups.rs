//! Backups that are asked for: whole, broken off, and one at a time.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use tower::ServiceExt;

use super::{LINES, MOST, OnePlugin, Text};
use crate::tests::{BOUND, World};
use crate::{BackupSource, Host};

/// A backup that cannot be made.
struct Nothing;

impl BackupSource for Nothing {
    fn write(&self, to: &mut dyn std::io::Write) -> std::io::Result<()> {
        to.write_all(b"the beginning")?;
        Err(std::io::Error::other("the disk is gone"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_comes_whole_or_breaks_off_and_one_at_a_time() {
    let world = World::new().await;
    let whole = world.ask("POST", "/api/backup", None).await;
    assert_eq!((whole.status, &*whole.content_type), (StatusCode::OK, "application/octet-stream"));
    assert!(
        whole.body.lines().eq((0..LINES).map(|line| format!("line {line}"))),
        "not all of it, or not in order"
    );

    let host = Host::new(world.engine.clone(), Arc::new(OnePlugin));
    let ask = |host: &Host, content_type: &str| {
        let request = Request::post("/api/backup").header("content-type", content_type).body(Body::empty());
        crate::router(host.clone()).oneshot(request.unwrap())
    };
    assert_eq!(
        ask(&host, "application/json").await.unwrap().status(),
        StatusCode::BAD_REQUEST,
        "nothing is kept"
    );
    let host = host.with_backups(Arc::new(Text));
    assert_eq!(
        ask(&host, "text/plain").await.unwrap().status(),
        StatusCode::BAD_REQUEST,
        "another site's form"
    );
    let first = ask(&host, "application/json").await.unwrap();
    assert_eq!(ask(&host, "application/json").await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    axum::body::to_bytes(first.into_body(), MOST).await.unwrap();
    // One whose reader goes away gives its place back too.
    for _ in 0..2 {
        drop(granted(|| ask(&host, "application/json")).await);
    }
    let host = host.with_backups(Arc::new(Nothing));
    let broken = granted(|| ask(&host, "application/json")).await;
    let read = axum::body::to_bytes(broken.into_body(), MOST).await;
    assert!(read.is_err(), "what is no backup must not end as one");
}

/// Asks until the answer is that of a host that has room.
async fn granted<E: std::fmt::Debug, F: Future<Output = Result<Response, E>>>(
    ask: impl Fn() -> F,
) -> Response {
    let asking = async {
        loop {
            let answer = ask().await.unwrap();
            if answer.status() == StatusCode::OK {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(BOUND, asking).await.expect("there is room again")
}
