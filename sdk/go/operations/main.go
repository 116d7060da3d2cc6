// The plugin of the library's tests: calls of the host that a test lists as JSON, such as
// [{"do": "config", "key": "region"}, {"do": "clock"}]. Each operation answers with a value; one that fails in a way that
// a plugin can live with answers {"error": "…"}, and the next one runs.
package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"dirigent"
	"dirigent/config"
	"dirigent/journal"
	"dirigent/keyvalue"
	_ "dirigent/wasihttp"
)

// Operation has the fields of all of them.
type Operation struct {
	Do         string          `json:"do"`
	Method     string          `json:"method"`
	URL        string          `json:"url"`
	Headers    [][2]string     `json:"headers"`
	Body       string          `json:"body"`
	Fill       int             `json:"fill"`
	TimeoutMs  int             `json:"timeout_ms"`
	Show       []string        `json:"show"`
	Length     bool            `json:"length"`
	Bucket     string          `json:"bucket"`
	Key        string          `json:"key"`
	Value      json.RawMessage `json:"value"`
	Delta      uint64          `json:"delta"`
	Name       string          `json:"name"`
	Operations []Operation     `json:"operations"`
	Times      int             `json:"times"`
	Error      string          `json:"error"`
	Cause      string          `json:"cause"`
	Message    string          `json:"message"`
}

func init() { dirigent.Handle(run) }

func main() {}

func run(ctx dirigent.Context, operations []Operation) ([]any, error) {
	answers := []any{}
	for _, operation := range operations {
		answer, err := one(ctx, operation)
		var failure dirigent.Failure
		if errors.As(err, &failure) {
			return nil, failure
		}
		if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

func one(ctx dirigent.Context, o Operation) (any, error) {
	switch o.Do {
	case "http":
		return request(ctx, o)
	case "config":
		return orNull(config.Get(o.Key))
	case "clock":
		return time.Now().UnixMilli(), nil
	case "random":
		return rand.Text(), nil
	case "environment":
		return os.Getenv(o.Key), nil
	case "context":
		return map[string]any{
			"executionArn": ctx.ExecutionArn, "executionName": ctx.ExecutionName,
			"stateMachineArn": ctx.StateMachineArn, "stateMachineName": ctx.StateMachineName,
			"stateName": ctx.StateName, "resource": ctx.Resource, "attempt": ctx.Attempt,
			"idempotencyKey": ctx.IdempotencyKey, "taskToken": ctx.TaskToken,
			"limited": !ctx.GivesUp.IsZero(), "hostVersion": ctx.HostVersion,
		}, nil
	case "log":
		slog.Debug("a record", "number", 7)
		log.Print(o.Message)
		return nil, nil
	case "heartbeat":
		dirigent.Heartbeat()
		dirigent.Progress(1, 2, "half")
		return nil, nil
	case "value":
		return o.Value, nil
	case "fail":
		return nil, dirigent.Fail(o.Error, "%s", o.Cause)
	case "panic":
		panic(o.Message)
	case "churn":
		return churn(o.Times), nil
	case "repeat":
		var last any
		var err error
		for range o.Times {
			if last, err = run(ctx, o.Operations); err != nil {
				return nil, err
			}
		}
		return last, nil
	case "step":
		return journal.Step(o.Name, func() ([]any, error) { return run(ctx, o.Operations) })
	case "recall":
		return recall(o.Name)
	case "record":
		return nil, journal.Record(o.Name, o.Value)
	}
	return buckets(o)
}

func orNull(value string, found bool, err error) (any, error) {
	if !found {
		return nil, err
	}
	return value, err
}

// churn makes garbage, so that the collector has to run, and answers with what is left.
func churn(times int) int {
	kept := map[int][]byte{}
	for i := range times {
		kept[i%8] = fmt.Appendf(nil, "%0*d", 10_000, i)
	}
	return len(kept)
}

func recall(name string) (any, error) {
	memory, value, err := journal.Recall(name)
	if memory == journal.Done {
		return map[string]any{"done": value}, err
	}
	return map[journal.Memory]string{journal.Fresh: "fresh", journal.InDoubt: "in-doubt"}[memory], err
}

func buckets(o Operation) (any, error) {
	bucket, err := keyvalue.Open(o.Bucket)
	if err != nil {
		return nil, err
	}
	switch o.Do {
	case "kv-get":
		value, found, err := bucket.Get(o.Key)
		return orNull(string(value), found, err)
	case "kv-set":
		var text string
		if err := json.Unmarshal(o.Value, &text); err != nil {
			return nil, err
		}
		return nil, bucket.Set(o.Key, []byte(text))
	case "kv-delete":
		return nil, bucket.Delete(o.Key)
	case "kv-exists":
		return bucket.Exists(o.Key)
	case "kv-keys":
		return bucket.Keys()
	case "kv-increment":
		return bucket.Increment(o.Key, o.Delta)
	}
	return nil, dirigent.Fail(dirigent.InvalidInput, "there is no operation %q", o.Do)
}

func request(ctx dirigent.Context, o Operation) (any, error) {
	body := o.Body
	if o.Fill > 0 {
		body = strings.Repeat("x", o.Fill)
	}
	request, err := http.NewRequestWithContext(ctx, o.Method, o.URL, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for _, header := range o.Headers {
		request.Header.Add(header[0], header[1])
	}
	client := http.Client{Timeout: time.Duration(o.TimeoutMs) * time.Millisecond}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	shown := map[string]any{}
	for _, name := range o.Show {
		shown[name] = nil
		if value := response.Header.Get(name); value != "" {
			shown[name] = value
		}
	}
	answer := map[string]any{"status": response.StatusCode, "headers": shown, "body": string(text)}
	if o.Length {
		answer["body"] = len(text)
	}
	return answer, nil
}
