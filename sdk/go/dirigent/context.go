package dirigent

import (
	"context"
	"time"
)

// Context is what the host tells a task about the work it is part of. None of it is secret, except TaskToken. As a
// [context.Context] it ends when the host gives up on the call, so it goes into http.NewRequestWithContext as it is.
type Context struct {
	context.Context
	// ARN of the execution.
	ExecutionArn string
	// Name of the execution, unique within its state machine.
	ExecutionName string
	// ARN of the state machine, with its version or alias when the execution was started by one.
	StateMachineArn string
	// Name of the state machine.
	StateMachineName string
	// Name of the state that runs this task.
	StateName string
	// Resource exactly as the definition has it, so that one plugin can serve several.
	Resource string
	// How often this task was retried by the state's Retry: 0 for the first attempt.
	Attempt uint32
	// Names the effect that this task is meant to have, and stays the same over retries and restarts: hand it to the
	// service you call, and the effect happens once. At most 128 bytes of [A-Za-z0-9_:.-].
	IdempotencyKey string
	// The token to complete the task with, for a resource that ends in .waitForTaskToken; else empty.
	TaskToken string
	// When the host will give up on this call. The zero time: no limit that the host knows of beforehand.
	GivesUp time.Time
	// Version of the host, such as 0.1.0. For logs and bug reports; do not branch on it.
	HostVersion string
}

// ForTest is a context for a test of a plugin's function on the machine it is written on.
func ForTest(stateName string) Context {
	return Context{
		Context:          context.Background(),
		ExecutionArn:     "arn:aws:states:us-east-1:123456789012:execution:test:test",
		ExecutionName:    "test",
		StateMachineArn:  "arn:aws:states:us-east-1:123456789012:stateMachine:test",
		StateMachineName: "test",
		StateName:        stateName,
		Resource:         "plugin:test",
		IdempotencyKey:   "test",
	}
}
