package wasihttp

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"dirigent/internal/abi"
)

// In the order of WASI's variant `method`; what is not among them is `other`.
var methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

// Most bytes that WASI takes in one blocking write.
const writeLimit = 4096

// outgoing makes the host's request of Go's.
func outgoing(request *http.Request) (int32, error) {
	headers, err := fields(request.Header)
	if err != nil {
		return 0, err
	}
	made := newRequest(headers)
	if err := describe(made, request); err != nil {
		dropRequest(made)
		return 0, err
	}
	return made, nil
}

func describe(made int32, request *http.Request) error {
	method, scheme := request.Method, request.URL.Scheme
	if method == "" {
		method = http.MethodGet
	}
	kind := slices.Index(methods, method)
	if kind < 0 {
		kind = len(methods)
	}
	if setMethod(made, uint32(kind), abi.Pointer(method), abi.Length(method)) != 0 {
		return fmt.Errorf("%q is no HTTP method", method)
	}
	if scheme != "http" && scheme != "https" {
		return fmt.Errorf("%q is no scheme that a host speaks: http or https", scheme)
	}
	authority, path := request.URL.Host, request.URL.RequestURI()
	bad := setScheme(made, 1, abi.Some(scheme == "https"), abi.Pointer(scheme), abi.Length(scheme))
	bad += setAuthority(made, 1, abi.Pointer(authority), abi.Length(authority))
	bad += setPath(made, 1, abi.Pointer(path), abi.Length(path))
	if bad != 0 || authority == "" {
		return fmt.Errorf("%s is no URL that a request can have", request.URL.Redacted())
	}
	return nil
}

// fields makes the host's headers of Go's, in one order whatever the map's is: a task that runs over its journal again
// has to do what it did.
func fields(header http.Header) (int32, error) {
	made := newFields()
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			if err := appendField(made, name, value); err != nil {
				dropFields(made)
				return 0, err
			}
		}
	}
	return made, nil
}

func appendField(made int32, name, value string) error {
	result := abi.Call()
	defer result.Done()
	fieldsAppend(made, abi.Pointer(name), abi.Length(name), abi.Pointer(value), abi.Length(value), result.At())
	if result.Byte(0) == 0 {
		return nil
	}
	if result.Byte(1) == 1 {
		return fmt.Errorf("header %s is the host's to set", name)
	}
	return fmt.Errorf("header %s cannot be set to %q", name, value)
}

// options bounds what may take long by the deadline of the request's context.
func options(request *http.Request) (some uint32, made int32) {
	deadline, there := request.Context().Deadline()
	if !there {
		return 0, 0
	}
	most := uint64(max(time.Until(deadline), time.Millisecond))
	made = newOptions()
	setConnect(made, 1, most)
	setFirstByte(made, 1, most)
	setBetweenBytes(made, 1, most)
	return 1, made
}

// handleOf calls what returns a handle or nothing that is known.
func handleOf(call func(abi.Result)) (int32, error) {
	result := abi.Call()
	defer result.Done()
	call(result)
	if result.Byte(0) != 0 {
		return 0, errors.New("the host gave no body")
	}
	return result.Handle(4), nil
}

// write sends a body to the host. One that breaks off breaks the request off.
func write(body int32, from io.Reader) error {
	stream, err := handleOf(func(result abi.Result) { bodyWrite(body, result.At()) })
	if err == nil {
		_, err = io.CopyBuffer(writer(stream), struct{ io.Reader }{from}, make([]byte, writeLimit))
		dropOutput(stream)
	}
	if err != nil {
		dropOutgoingBody(body)
		return err
	}
	result := abi.Call()
	defer result.Done()
	bodyFinish(body, 0, 0, result.At())
	if result.Byte(0) != 0 {
		return failed(result, 8)
	}
	return nil
}

// writer is an output stream.
type writer int32

func (w writer) Write(bytes []byte) (int, error) {
	kind, problem, bad := w.write(string(bytes))
	if !bad {
		return len(bytes), nil
	}
	if err := streamFailed(kind, problem); err != nil {
		return 0, err
	}
	return 0, io.ErrClosedPipe
}

func (w writer) write(text string) (kind uint8, problem int32, bad bool) {
	result := abi.Call()
	defer result.Done()
	streamWrite(int32(w), abi.Pointer(text), abi.Length(text), result.At())
	return result.Byte(4), result.Handle(8), result.Byte(0) != 0
}
