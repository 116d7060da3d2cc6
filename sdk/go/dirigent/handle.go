package dirigent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"dirigent/internal/host"
)

// Handle makes this function the component's task. Call it once, in func init: a component has no main.
//
// In is what encoding/json makes of the input; one that does not fit is the failure [InvalidInput]. Use
// json.RawMessage for an input that is passed on as it is. A panic is written to the task's log, and ends the task with
// Plugin.Trapped.
func Handle[In, Out any](task func(Context, In) (Out, error)) {
	serve(func(ctx Context, input []byte) ([]byte, error) {
		defer tellOfPanic()
		return run(task, ctx, input)
	})
}

// run reads the input, calls the function, and writes the output.
func run[In, Out any](task func(Context, In) (Out, error), ctx Context, input []byte) ([]byte, error) {
	var in In
	if err := read(input, &in); err != nil {
		return nil, err
	}
	out, err := task(ctx, in)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	// A workflow is no web page: `<` stays `<`.
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return nil, Fail(InvalidOutput, "the output cannot be written as JSON: %v", err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// read takes numbers into `any` as json.Number, so that big integers survive a plugin that passes them on.
func read(input []byte, in any) error {
	decoder := json.NewDecoder(bytes.NewReader(input))
	decoder.UseNumber()
	err := decoder.Decode(in)
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		err = fmt.Errorf("at `%s`: %s where %s is expected", kind.Field, kind.Value, kind.Type)
	case errors.As(err, &kind):
		err = fmt.Errorf("%s where %s is expected", kind.Value, kind.Type)
	case errors.Is(err, io.EOF):
		err = errors.New("it is empty")
	}
	return Fail(InvalidInput, "the input does not fit: %v", err)
}

// asFailure gives a name to an error that has none.
func asFailure(err error) Failure {
	var failure Failure
	if errors.As(err, &failure) {
		return failure
	}
	return Failure{Name: TaskFailed, Cause: err.Error()}
}

// tellOfPanic writes a panic where the host looks for the reason of a trap, and goes on with it.
func tellOfPanic() {
	if what := recover(); what != nil {
		host.Log(host.Error, fmt.Sprintf("panic: %v", what))
		panic(what)
	}
}
