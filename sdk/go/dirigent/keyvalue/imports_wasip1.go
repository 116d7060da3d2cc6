package keyvalue

import "unsafe"

//go:wasmimport wasi:keyvalue/store@0.2.0-draft open
func open(name unsafe.Pointer, length uint32, result unsafe.Pointer)

//go:wasmimport wasi:keyvalue/store@0.2.0-draft [method]bucket.get
func get(self int32, key unsafe.Pointer, length uint32, result unsafe.Pointer)

//go:wasmimport wasi:keyvalue/store@0.2.0-draft [method]bucket.set
func set(self int32, key unsafe.Pointer, length uint32, value unsafe.Pointer, size uint32, result unsafe.Pointer)

//go:wasmimport wasi:keyvalue/store@0.2.0-draft [method]bucket.delete
func remove(self int32, key unsafe.Pointer, length uint32, result unsafe.Pointer)

//go:wasmimport wasi:keyvalue/store@0.2.0-draft [method]bucket.exists
func exists(self int32, key unsafe.Pointer, length uint32, result unsafe.Pointer)

//go:wasmimport wasi:keyvalue/store@0.2.0-draft [method]bucket.list-keys
func list(self int32, some uint32, cursor uint64, result unsafe.Pointer)

//go:wasmimport wasi:keyvalue/atomics@0.2.0-draft increment
func increment(self int32, key unsafe.Pointer, length uint32, delta uint64, result unsafe.Pointer)
