package wasihttp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"dirigent/internal/abi"
)

// Bytes that are asked for in one read of a response.
const readLimit = 64 << 10

func init() { http.DefaultTransport = Transport{} }

// Transport is an http.RoundTripper that sends requests through the host.
type Transport struct{}

// RoundTrip sends one request.
func (Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		defer request.Body.Close()
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	made, err := outgoing(request)
	if err != nil {
		return nil, err
	}
	future, body, err := send(made, request)
	if err != nil {
		return nil, err
	}
	var unsent error
	if body != none {
		unsent = write(body, request.Body)
	}
	response, err := receive(future, request)
	if err != nil {
		return nil, errors.Join(err, unsent)
	}
	return response, nil
}

// none is no handle: the host counts from 1.
const none int32 = 0

// send hands the request to the host, and returns the response to come and the body that is still to be written.
func send(made int32, request *http.Request) (future, body int32, err error) {
	if request.Body != nil && request.Body != http.NoBody {
		body, err = handleOf(func(result abi.Result) { requestBody(made, result.At()) })
		if err != nil {
			dropRequest(made)
			return none, none, err
		}
	}
	some, waits := options(request)
	result := abi.Call()
	defer result.Done()
	handle(made, some, waits, result.At())
	if result.Byte(0) == 0 {
		return result.Handle(8), body, nil
	}
	err = failed(result, 8)
	if body != none {
		dropOutgoingBody(body)
	}
	return none, none, err
}

func receive(future int32, request *http.Request) (*http.Response, error) {
	pollable := futureSubscribe(future)
	block(pollable)
	dropPollable(pollable)
	handle, err := answer(future)
	if err != nil {
		return nil, err
	}
	header := headers(handle)
	status := int(responseStatus(handle))
	body, err := incoming(handle)
	if err != nil {
		dropResponse(handle)
		return nil, err
	}
	length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil || length < 0 {
		length = -1
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", status, http.StatusText(status)),
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          body,
		ContentLength: length,
		Request:       request,
	}, nil
}

// answer takes the response, or why there is none: an option of a result of a result.
func answer(future int32) (int32, error) {
	result := abi.Call()
	defer result.Done()
	futureGet(future, result.At())
	dropFuture(future)
	if result.Byte(0) == 0 || result.Byte(8) != 0 {
		return none, errors.New("the host gave no answer")
	}
	if result.Byte(16) != 0 {
		return none, failed(result, 24)
	}
	return result.Handle(24), nil
}

func headers(response int32) http.Header {
	fields := responseHeaders(response)
	defer dropFields(fields)
	result := abi.Call()
	defer result.Done()
	fieldsEntries(fields, result.At())
	header := make(http.Header)
	result.Each(0, 16, func(at uintptr) { header.Add(abi.TextAt(at), abi.TextAt(at+8)) })
	return header
}

// reader is the body of a response, and the handles that go with it.
type reader struct {
	response, body, stream int32
	rest                   []byte
	end                    error
}

func incoming(response int32) (*reader, error) {
	body, err := handleOf(func(result abi.Result) { responseConsume(response, result.At()) })
	if err != nil {
		return nil, err
	}
	stream, err := handleOf(func(result abi.Result) { incomingStream(body, result.At()) })
	if err != nil {
		dropIncomingBody(body)
		return nil, err
	}
	return &reader{response: response, body: body, stream: stream}, nil
}

func (r *reader) Read(into []byte) (int, error) {
	for len(r.rest) == 0 && r.end == nil && len(into) > 0 {
		r.fetch()
	}
	if len(r.rest) == 0 && len(into) > 0 {
		return 0, r.end
	}
	n := copy(into, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// fetch gets the next piece, or the reason why there is none.
func (r *reader) fetch() {
	bytes, kind, problem, bad := r.piece()
	if !bad {
		r.rest = bytes
		return
	}
	if r.end = streamFailed(kind, problem); r.end == nil {
		r.end = io.EOF
	}
}

func (r *reader) piece() (bytes []byte, kind uint8, problem int32, bad bool) {
	result := abi.Call()
	defer result.Done()
	streamRead(r.stream, readLimit, result.At())
	if result.Byte(0) != 0 {
		return nil, result.Byte(4), result.Handle(8), true
	}
	return result.Bytes(4), 0, 0, false
}

// Close gives the handles back, in the order that the component model asks for: what was made of another goes first.
func (r *reader) Close() error {
	if r.stream != none {
		dropInput(r.stream)
		dropIncomingBody(r.body)
		dropResponse(r.response)
		r.rest, r.end = nil, http.ErrBodyReadAfterClose
	}
	r.stream = none
	return nil
}
