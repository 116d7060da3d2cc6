//go:build !wasip1

package abi

// OnlyInHost ends a test that reaches for the host on the machine that the plugin is written on.
func OnlyInHost() {
	panic("there is no host here: run this plugin by `dirigent plugin test`, whose cases say what the host has")
}
