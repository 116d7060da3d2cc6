package journal

import "unsafe"

//go:wasmimport dirigent:task/journal@1.0.0 recall
func recall(step unsafe.Pointer, length uint32, result unsafe.Pointer)

//go:wasmimport dirigent:task/journal@1.0.0 record
func record(step unsafe.Pointer, length uint32, value unsafe.Pointer, size uint32, result unsafe.Pointer)
