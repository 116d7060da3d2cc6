package dirigent

import (
	"context"
	"time"
	"unsafe"

	"dirigent/internal/abi"
)

// Where the fields of `run`'s parameters are, by the canonical ABI: the context's, and the input behind them.
const (
	executionArn     = 0
	executionName    = 8
	stateMachineArn  = 16
	stateMachineName = 24
	stateName        = 32
	resource         = 40
	attempt          = 48
	idempotencyKey   = 52
	taskToken        = 60
	deadline         = 72
	hostVersion      = 88
	inputText        = 96
)

// task is what Handle was given.
var task func(Context, []byte) ([]byte, error)

// outcome is what `run` returns: whether it failed, and the output, or the error's name and cause. The texts are held
// here until the host has read them.
var outcome struct {
	failed uint32
	at     [2]struct {
		start  uint32
		length uint32
	}
	texts [2]string
}

func serve(run func(Context, []byte) ([]byte, error)) { task = run }

//go:wasmexport dirigent:task/handler@1.0.0#run
func export(parameters uint32) uint32 {
	at := uintptr(parameters)
	ctx, done := contextAt(at)
	defer done()
	input := []byte(abi.TextAt(at + inputText))
	if task == nil {
		return returned(nil, Fail(TaskFailed, "the plugin has no task: call dirigent.Handle in func init"))
	}
	return returned(task(ctx, input))
}

func contextAt(at uintptr) (Context, context.CancelFunc) {
	ctx := Context{
		Context:          context.Background(),
		ExecutionArn:     abi.TextAt(at + executionArn),
		ExecutionName:    abi.TextAt(at + executionName),
		StateMachineArn:  abi.TextAt(at + stateMachineArn),
		StateMachineName: abi.TextAt(at + stateMachineName),
		StateName:        abi.TextAt(at + stateName),
		Resource:         abi.TextAt(at + resource),
		Attempt:          abi.Word(at + attempt),
		IdempotencyKey:   abi.TextAt(at + idempotencyKey),
		HostVersion:      abi.TextAt(at + hostVersion),
	}
	if abi.Word(at+taskToken)&0xff != 0 {
		ctx.TaskToken = abi.TextAt(at + taskToken + 4)
	}
	done := context.CancelFunc(func() {})
	if abi.Word(at+deadline)&0xff != 0 {
		milliseconds := *(*uint64)(unsafe.Pointer(at + deadline + 8))
		ctx.GivesUp = time.UnixMilli(int64(min(milliseconds, 1<<62)))
		ctx.Context, done = context.WithDeadline(ctx.Context, ctx.GivesUp)
	}
	return ctx, done
}

func returned(output []byte, err error) uint32 {
	outcome.texts[0] = string(output)
	outcome.failed = 0
	if err != nil {
		failure := asFailure(err)
		outcome.texts = [2]string{failure.Name, failure.Cause}
		outcome.failed = 1
	}
	for i, text := range outcome.texts {
		outcome.at[i].start = uint32(uintptr(abi.Pointer(text)))
		outcome.at[i].length = abi.Length(text)
	}
	return uint32(uintptr(unsafe.Pointer(&outcome)))
}
