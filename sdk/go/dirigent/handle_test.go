package dirigent

import (
	"encoding/json"
	"errors"
	"testing"
)

type order struct {
	Price int            `json:"price"`
	More  map[string]any `json:"more,omitempty"`
}

func TestInputsAndOutputs(t *testing.T) {
	same := func(_ Context, in order) (order, error) { return in, nil }
	raw := func(_ Context, in json.RawMessage) (json.RawMessage, error) { return in, nil }
	refuse := func(Context, any) (any, error) { return nil, Fail("Payment.Declined", "card %d", 7) }
	break_ := func(Context, any) (any, error) { return nil, errors.New("no such card") }
	endless := func(Context, any) (any, error) { return func() {}, nil }
	for _, c := range []struct {
		name, input, output string
		err                 error
		run                 func(Context, []byte) ([]byte, error)
	}{
		{"typed", `{"price":3,"other":1}`, `{"price":3}`, nil, adapt(same)},
		{"numbers keep their form", `{"price":3,"more":{"n":12345678901234567890.50}}`,
			`{"price":3,"more":{"n":12345678901234567890.50}}`, nil, adapt(same)},
		{"text is not escaped for HTML", `{"price":0,"more":{"a":"<&>"}}`, `{"price":0,"more":{"a":"<&>"}}`, nil, adapt(same)},
		{"raw", `{"b":1,"a":[2]}`, `{"b":1,"a":[2]}`, nil, adapt(raw)},
		{"misfit", `{"price":"x"}`, "",
			Failure{InvalidInput, "the input does not fit: at `price`: string where int is expected"}, adapt(same)},
		{"misfit at the top", `[]`, "", Failure{InvalidInput, "the input does not fit: array where dirigent.order is expected"}, adapt(same)},
		{"named", `null`, "", Failure{"Payment.Declined", "card 7"}, adapt(refuse)},
		{"unnamed", `null`, "", Failure{TaskFailed, "no such card"}, adapt(break_)},
		{"unwritable", `null`, "",
			Failure{InvalidOutput, "the output cannot be written as JSON: json: unsupported type: func()"}, adapt(endless)},
	} {
		output, err := c.run(ForTest("Test"), []byte(c.input))
		if err != nil {
			err = asFailure(err)
		}
		if string(output) != c.output || err != c.err {
			t.Errorf("%s: %s, %v; expected %s, %v", c.name, output, err, c.output, c.err)
		}
	}
}

func adapt[In, Out any](task func(Context, In) (Out, error)) func(Context, []byte) ([]byte, error) {
	return func(ctx Context, input []byte) ([]byte, error) { return run(task, ctx, input) }
}
