package config

import "unsafe"

//go:wasmimport wasi:config/store@0.2.0-rc.1 get
func get(key unsafe.Pointer, length uint32, result unsafe.Pointer)
