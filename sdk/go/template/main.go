// The plugin {{name}}: says hello to whom its input names.
package main

import (
	"log/slog"

	"dirigent"
)

type Input struct {
	Name string `json:"name"`
}

type Output struct {
	Greeting string `json:"greeting"`
}

func greet(ctx dirigent.Context, input Input) (Output, error) {
	slog.Info("greeting", "state", ctx.StateName, "attempt", ctx.Attempt)
	if input.Name == "" {
		// A state's Retry and Catch match this name.
		return Output{}, dirigent.Fail("Greeting.NoName", "the name is empty")
	}
	return Output{Greeting: "Hello, " + input.Name + "!"}, nil
}

func init() { dirigent.Handle(greet) }

func main() {}
