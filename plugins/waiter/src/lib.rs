//! Waits inside, as WASI 0.3 has it: first for its clock, then for several requests at the same time. For the tests of what
//! such plugins may call; do not install it.
//!
//! `{"milliseconds": 5, "posts": [{"url": "http://127.0.0.1:8080/", "body": "one"}]}` is answered by
//! `{"answers": [{"status": 200, "body": "…"}], "waited": true, …}`; a request that failed is `{"error": "…"}`.

#[allow(clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: ["../../wit", "../../wit/wasi-0.3"],
        world: "dirigent:task-async/task",
        generate_all,
    });
}

use std::hint::black_box;

use bindings::{
    dirigent::task::{
        host,
        types::{Context, Failure},
    },
    exports::dirigent::task_async::handler::Guest,
    wasi::{
        clocks0_3_0::{monotonic_clock, system_clock},
        http0_3_0::{
            client,
            types::{ErrorCode, Fields, Method, Request, Response, Scheme},
        },
        random0_3_0::random,
    },
    wit_future, wit_stream,
};
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Input {
    /// How long to wait first.
    milliseconds: u64,
    posts: Vec<Post>,
    /// Log this.
    say: Option<String>,
    /// Then compute without end.
    r#loop: bool,
    /// Then wait for what never comes.
    stuck: bool,
    /// Then make this many streams, and keep them.
    streams: u64,
}

#[derive(Deserialize)]
struct Post {
    url: String,
    body: String,
}

struct Waiter;

impl Guest for Waiter {
    async fn run(_: Context, input: String) -> Result<String, Failure> {
        let failed = |cause: String| Failure { error: "Waiter.Failed".into(), cause };
        let input: Input = serde_json::from_str(&input).map_err(|error| failed(error.to_string()))?;
        let before = monotonic_clock::now();
        monotonic_clock::wait_for(input.milliseconds * 1_000_000).await;
        let waited = monotonic_clock::now() - before >= input.milliseconds * 1_000_000;
        if let Some(text) = &input.say {
            host::log(host::Level::Info, text);
        }
        if input.r#loop {
            loop {
                black_box(0);
            }
        }
        if input.stuck {
            let (_open, never) = wit_future::new::<Result<(), ErrorCode>>(|| Ok(()));
            let _ = never.await;
        }
        let streams: Vec<_> = (0..input.streams).map(|_| wit_stream::new::<u8>()).collect();
        let answers = join_all(input.posts.into_iter().map(post)).await;
        let year = 1970 + system_clock::now().seconds / 31_556_952;
        Ok(json!({ "answers": answers, "waited": waited, "year": year, "streams": streams.len(), "random": random::get_random_bytes(8).len() })
            .to_string())
    }
}

async fn post(post: Post) -> Value {
    match send(post).await {
        Ok((status, body)) => json!({ "status": status, "body": body }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

async fn send(post: Post) -> Result<(u16, String), ErrorCode> {
    let (scheme, rest) = match post.url.split_once("://") {
        Some(("http", rest)) => (Scheme::Http, rest),
        Some(("https", rest)) => (Scheme::Https, rest),
        _ => return Err(ErrorCode::HttpRequestUriInvalid),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (mut pieces, contents) = wit_stream::new();
    let (trailers, end) = wit_future::new(|| Ok(None));
    let (request, sent) = Request::new(Fields::new(), Some(contents), end, None);
    let refused = |()| ErrorCode::HttpRequestUriInvalid;
    request.set_method(&Method::Post).map_err(refused)?;
    request.set_scheme(Some(&scheme)).map_err(refused)?;
    request.set_authority(Some(authority)).map_err(refused)?;
    request.set_path_with_query(Some(path)).map_err(refused)?;
    let write = async {
        pieces.write_all(post.body.into_bytes()).await;
        drop(pieces);
        let _ = trailers.write(Ok(None)).await;
    };
    let (response, ()) = futures_util::future::join(client::send(request), write).await;
    drop(sent);
    let response = response?;
    let status = response.get_status_code();
    let (_, received) = wit_future::new(|| Ok(()));
    let (body, _) = Response::consume_body(response, received);
    Ok((status, String::from_utf8_lossy(&body.collect().await).into_owned()))
}

bindings::export!(Waiter with_types_in bindings);
