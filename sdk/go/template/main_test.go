package main

import (
	"testing"

	"dirigent"
)

func TestGreet(t *testing.T) {
	greeted, err := greet(dirigent.ForTest("Greet"), Input{Name: "Ada"})
	if err != nil || greeted.Greeting != "Hello, Ada!" {
		t.Errorf("%v, %v", greeted, err)
	}
}
