"""HTTP through the host: to where `plugin.toml` asks for in `[asks] http`, as far as it is granted.

Credentials are the host's: a request that matches a connection gets them on the way out, and the plugin never sees them.
"""

import json as jsonlib
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Union
from urllib.parse import urlencode, urlsplit

from componentize_py_types import Err, Ok
from wit_world.imports import outgoing_handler, streams
from wit_world.imports import wasi_http_types as types

from .failure import Failure
from .jsontext import dumps

READ_AT_ONCE = 64 << 10
"""Bytes that are read of a body in one go."""
WRITE_AT_ONCE = 4096
"""Bytes of a body that may be written in one go (wasi:io/streams, `blocking-write-and-flush`)."""


class Error(Failure):
    """No answer came. Its name says why, as `Http.ConnectionRefused`; these are the error codes of wasi:http."""


@dataclass(frozen=True)
class Response:
    """An answer, whatever its status."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case. Of a name that comes several times, the values with commas between."""
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return jsonlib.loads(self.body)

    def check(self) -> "Response":
        """This answer if it is `ok`; else fail with `Http.StatusCode.N` and what the body begins with."""
        if self.ok:
            return self
        raise Failure(f"Http.StatusCode.{self.status}", self.body[:1000].decode(errors="replace"))


def request(
    method: str,
    url: str,
    *,
    headers: Optional[Mapping[str, str]] = None,
    query: Optional[Mapping[str, str]] = None,
    body: Union[bytes, str, None] = None,
    json: Any = None,
    timeout: Optional[float] = None,
) -> Response:
    """Send a request, and wait for the whole answer.

    `json` is sent as the body in place of `body`. `timeout` is in seconds, for the connection, the first byte, and between
    bytes. Fails with `http.Error` if no answer came. Redirects are not followed.
    """
    fields = dict(headers or {})
    if json is not None:
        body = dumps(json)
        fields.setdefault("Content-Type", "application/json")
    content = body.encode() if isinstance(body, str) else body or b""
    if content or method.upper() in ("POST", "PUT", "PATCH"):
        fields["Content-Length"] = str(len(content))
    try:
        outgoing = types.OutgoingRequest(
            types.Fields.from_list([(name, value.encode()) for name, value in fields.items()])
        )
        _address(outgoing, method, url, query or {})
        return _send(outgoing, content, _options(timeout))
    except Err as error:
        raise _error(error.value, method, url) from None


def get(url: str, **options: Any) -> Response:
    """`request("GET", …)`."""
    return request("GET", url, **options)


def post(url: str, **options: Any) -> Response:
    """`request("POST", …)`."""
    return request("POST", url, **options)


def put(url: str, **options: Any) -> Response:
    """`request("PUT", …)`."""
    return request("PUT", url, **options)


def delete(url: str, **options: Any) -> Response:
    """`request("DELETE", …)`."""
    return request("DELETE", url, **options)


def _address(outgoing: Any, method: str, url: str, query: Mapping[str, str]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Error("Http.RequestUriInvalid", f"{url!r} is no address: write https://host/path")
    known = getattr(types, f"Method_{method.capitalize()}", None)
    outgoing.set_method(known() if known else types.Method_Other(method))
    outgoing.set_scheme(types.Scheme_Https() if parts.scheme == "https" else types.Scheme_Http())
    outgoing.set_authority(parts.netloc)
    asked = "&".join(part for part in (parts.query, urlencode(query)) if part)
    outgoing.set_path_with_query((parts.path or "/") + (f"?{asked}" if asked else ""))


def _options(timeout: Optional[float]) -> Any:
    if timeout is None:
        return None
    options, nanoseconds = types.RequestOptions(), int(timeout * 1e9)
    options.set_connect_timeout(nanoseconds)
    options.set_first_byte_timeout(nanoseconds)
    options.set_between_bytes_timeout(nanoseconds)
    return options


def _send(outgoing: Any, content: bytes, options: Any) -> Response:
    sending = outgoing.body()
    with outgoing_handler.handle(outgoing, options) as coming:
        with sending.write() as stream:
            for start in range(0, len(content), WRITE_AT_ONCE):
                stream.blocking_write_and_flush(content[start : start + WRITE_AT_ONCE])
        types.OutgoingBody.finish(sending, None)
        with coming.subscribe() as ready:
            ready.block()
        answer = coming.get()
    # Once for waiting, once for taking it, and once for the answer itself.
    while isinstance(answer, (Ok, Err)):
        if isinstance(answer, Err):
            raise answer
        answer = answer.value
    with answer as response:
        with response.headers() as entries:
            headers = _headers(entries.entries())
        with response.consume() as incoming:
            return Response(response.status(), headers, _body(incoming))


def _headers(entries: list[tuple[str, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in entries:
        name, text = name.lower(), value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _body(incoming: Any) -> bytes:
    body = bytearray()
    with incoming.stream() as stream:
        while True:
            try:
                body += stream.blocking_read(READ_AT_ONCE)
            except Err as error:
                if isinstance(error.value, streams.StreamError_Closed):
                    return bytes(body)
                raise


def _error(code: Any, method: str, url: str) -> Error:
    """`ErrorCode_ConnectionRefused` is `Http.ConnectionRefused`."""
    name = type(code).__name__.rpartition("_")[2]
    if name.startswith("Http"):
        name = name.removeprefix("Http")
    detail = getattr(code, "value", None)
    parts = urlsplit(url)
    # Without the query, which may hold what is nobody's business.
    place = f"{method} {parts.scheme}://{parts.netloc}{parts.path}"
    return Error(f"Http.{name}", f"{place}: {name}" + (f" ({detail})" if detail else ""))
