//! `wasi:http`: requests that leave the sandbox. All of them pass [`Exchange`], whichever version of WASI asked.

use std::{future::Future, pin::Pin};

use bytes::Bytes;
use dirigent_outgoing::Request;
use http::{Response, uri::Authority};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use wasmtime::component::Linker;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::{
    journal::{Answer, SendProblem},
    outside::{Exchange, Outside, Patience},
    sandbox::{Abi, CallState},
};

/// Pieces of a request's body that wait in the host while the guest goes on.
const BODY_PIECES: usize = 4;
/// Bytes of one such piece.
const BODY_PIECE: usize = 64 << 10;

type Sending = dyn Future<Output = Result<(Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>>
    + Send;

/// Link the interfaces.
pub(super) fn link(linker: &mut Linker<CallState>, abi: Abi) -> wasmtime::Result<()> {
    if abi == Abi::Async {
        wasmtime_wasi_http::p3::add_to_linker(linker)?;
    }
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)
}

/// What `wasi:http` keeps for one call.
pub(crate) struct Http {
    context: WasiHttpCtx,
    hooks: Hooks,
}

struct Hooks {
    outside: Outside,
    body_limit: usize,
}

impl WasiHttpView for CallState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        self.host_calls = self.host_calls.saturating_add(1);
        let outside = &self.outside;
        let body_limit = self.body_limit;
        let http = self.http.get_or_insert_with(|| {
            Box::new(Http {
                context: WasiHttpCtx::new(),
                hooks: Hooks { outside: outside.clone(), body_limit },
            })
        });
        let wasi = super::wasi::open(&mut self.wasi, &self.log, outside);
        WasiHttpCtxView { hooks: &mut http.hooks, table: wasi.table(), ctx: &mut http.context }
    }
}

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<Sending> {
        let exchange = Exchange::new(&self.outside);
        let (outside, limit) = (self.outside.clone(), self.body_limit);
        Box::new(async move {
            let request = whole(request, limit).await?;
            let answer = match exchange.run(request, patience(options)).await {
                Ok(answer) => answer,
                Err(failure) => {
                    outside.fatal().set(failure);
                    // The call ends before anybody could see an answer.
                    std::future::pending().await
                }
            };
            let io: Pin<Box<dyn Future<Output = Result<(), Error>> + Send>> = Box::pin(async { Ok(()) });
            Ok((response(answer)?, Box::new(io) as Box<_>))
        })
    }

    fn p2_outgoing_body_buffer_chunks(&mut self) -> usize {
        BODY_PIECES
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        BODY_PIECE
    }
}

/// The request with all of its body.
async fn whole(request: http::Request<WasiBody>, limit: usize) -> Result<Request, Error> {
    let (head, body) = request.into_parts();
    // A user's name and password in a URI are a second way to say who one is, and a way to hide what the host is.
    // And a port that is none would be read as if there were no port.
    let odd = |authority: &Authority| {
        let text = authority.as_str();
        text.contains('@') || (text != authority.host() && authority.port_u16().is_none())
    };
    if head.uri.authority().is_none_or(odd) {
        return Err(Error::HttpRequestUriInvalid);
    }
    let body = Limited::new(body, limit).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return Error::HttpRequestBodySize(Some(limit as u64));
        }
        match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(other) => Error::InternalError(Some(other.to_string())),
        }
    })?;
    Ok(Request { method: head.method, uri: head.uri, headers: head.headers, body: body.to_bytes() })
}

fn patience(options: Option<RequestOptions>) -> Patience {
    let options = options.unwrap_or_default();
    let head = match (options.connect_timeout, options.first_byte_timeout) {
        (Some(connect), Some(first)) => Some(connect.saturating_add(first)),
        (connect, first) => first.or(connect),
    };
    Patience { head, between: options.between_bytes_timeout }
}

fn response(answer: Answer) -> Result<Response<WasiBody>, Error> {
    let (status, headers, body) = match answer {
        Answer::Response { status, headers, body } => (status, headers, body),
        Answer::Error(problem) => return Err(error(problem)),
    };
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    let body = Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync();
    builder.body(body).map_err(|error| Error::InternalError(Some(error.to_string())))
}

fn error(problem: SendProblem) -> Error {
    match problem {
        SendProblem::Name => Error::DnsError { rcode: None, info_code: None },
        SendProblem::Connect => Error::ConnectionRefused,
        SendProblem::Time => Error::ConnectionReadTimeout,
        SendProblem::TooLarge(limit) => Error::HttpResponseBodySize(Some(limit)),
        SendProblem::Exchange(why) => Error::InternalError(Some(why)),
    }
}
