"""Requests over one connection that is kept, each answered in bounded time."""

import http.client
import json
import urllib.parse

# Longer than the host needs for anything that this client asks of it, and far from the minute of a long poll.
PATIENCE = 20

JSON_1_0 = "application/x-amz-json-1.0"


class NoAnswer(Exception):
    """The host did not answer in time."""


class HungUp(NoAnswer):
    """The host closed the connection without an answer."""


class Request:
    """What goes over the wire: a target and a body. `params` is the body's meaning where it is an object of the model."""

    def __init__(self, action, target, body, params=None, made=()):
        self.action = action
        self.target = target
        self.body = body
        self.params = params
        # How it was made of a sound request, for whoever reads of it.
        self.made = tuple(made)

    @staticmethod
    def of(model, action, params, made=()):
        # Half a character becomes an escape without its other half.
        body = json.dumps(params).encode()
        return Request(action, f"{model.prefix}.{action}", body, params, made)


class Answer:
    def __init__(self, status, content_type, body):
        self.status = status
        self.content_type = content_type
        self.body = body

    def json(self):
        return json.loads(self.body.decode())


class Connection:
    def __init__(self, endpoint):
        self.address = urllib.parse.urlsplit(endpoint)
        self.connection = None

    def send(self, request, patience=PATIENCE):
        # A host may close a connection after an answer; a request that was not read can be sent again.
        fresh = self.connection is None
        try:
            return self._send(request, patience)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            self.close()
            if fresh:
                raise HungUp(f"the host hung up: {error!r}") from error
        except (http.client.HTTPException, OSError) as error:
            self.close()
            raise NoAnswer(f"no answer within {patience} s: {error!r}") from error
        return self.send(request, patience)

    def _send(self, request, patience):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=patience)
        if self.connection.sock is not None:
            self.connection.sock.settimeout(patience)
        headers = {"Content-Type": JSON_1_0}
        if request.target is not None:
            headers["X-Amz-Target"] = request.target
        self.connection.request("POST", "/", body=request.body, headers=headers)
        response = self.connection.getresponse()
        return Answer(response.status, response.headers["Content-Type"], response.read())

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def hang_up(endpoint, request):
    """Sends a request and goes away without waiting for the answer."""
    connection = Connection(endpoint)
    try:
        connection.send(request, patience=0.02)
    except NoAnswer:
        pass
    finally:
        connection.close()
