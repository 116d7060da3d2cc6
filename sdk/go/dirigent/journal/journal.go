// Package journal is a task's memory across a crash of the host: steps that are done are not done again.
//
// The host notes durably that a step begins, and then what came of it. A task that runs again, after a crash or by the
// state's Retry, gets the results of the steps that are done. A step that began and has no result is in doubt: whether
// its effect happened, only the plugin can find out. So a function that fails leaves its step in doubt, too.
package journal

import (
	"encoding/json"

	"dirigent"
	"dirigent/internal/abi"
)

// Memory is what is known of a step.
type Memory uint8

// In the order of the contract.
const (
	// Fresh: never begun before. That it begins now is durable.
	Fresh Memory = iota
	// Done, with a result.
	Done
	// InDoubt: begun by an earlier call that ended before it recorded a result.
	InDoubt
)

// Step does a step once: it runs work and records its result, or returns the result that is recorded. The name has at
// most 128 bytes, and comes once in a call of the task. A step in doubt is the failure Plugin.InDoubt; [StepOrElse]
// takes it up instead.
func Step[T any](step string, work func() (T, error)) (T, error) {
	return StepOrElse(step, work, func() (T, error) {
		var none T
		return none, dirigent.Fail(dirigent.InDoubt,
			"the step %s began in an earlier attempt, and whether it had its effect is not known. Look whether it did; "+
				"the plugin can do that by itself with journal.StepOrElse", step)
	})
}

// StepOrElse is Step with a function for a step in doubt: it finds out what happened (asks the service, or does the step
// again if that does no harm) and returns the step's result, which is recorded then.
func StepOrElse[T any](step string, work, inDoubt func() (T, error)) (T, error) {
	var value T
	memory, text, err := Recall(step)
	switch {
	case err != nil:
		return value, err
	case memory == Done:
		if err := json.Unmarshal(text, &value); err != nil {
			err = dirigent.Fail(dirigent.InvalidOutput, "the recorded result of the step %s does not fit: %v", step, err)
			return value, err
		}
		return value, nil
	case memory == InDoubt:
		work = inDoubt
	}
	if value, err = work(); err != nil {
		return value, err
	}
	text, err = json.Marshal(value)
	if err != nil {
		err = dirigent.Fail(dirigent.InvalidOutput, "the result of the step %s cannot be written as JSON: %v", step, err)
		return value, err
	}
	return value, Record(step, text)
}

// Recall asks what is known of a step, and begins it if it is fresh. It fails when the journal is full or cannot be
// written.
func Recall(step string) (Memory, json.RawMessage, error) {
	result := abi.Call()
	defer result.Done()
	recall(abi.Pointer(step), abi.Length(step), result.At())
	if result.Byte(0) != 0 {
		return Fresh, nil, failed(result)
	}
	memory := Memory(result.Byte(4))
	if memory != Done {
		return memory, nil, nil
	}
	return memory, result.Bytes(8), nil
}

// Record writes a step's result down; it is durable when this returns. Only for a step that this call has recalled, and
// once.
func Record(step string, value json.RawMessage) error {
	result := abi.Call()
	defer result.Done()
	text := string(value)
	record(abi.Pointer(step), abi.Length(step), abi.Pointer(text), abi.Length(text), result.At())
	if result.Byte(0) != 0 {
		return failed(result)
	}
	return nil
}

func failed(result abi.Result) error {
	return dirigent.Failure{Name: result.Text(4), Cause: result.Text(12)}
}
