// Package keyvalue reaches buckets of the host's own store, which outlive the task. `plugin.toml` asks for them by name
// ([asks] keyvalue); a call that was not granted ends the task with Plugin.CapabilityDenied.
package keyvalue

import (
	"errors"

	"dirigent/internal/abi"
)

// Errors of buckets. Another one has the host's words.
var (
	ErrNoSuchBucket = errors.New("there is no such bucket")
	ErrDenied       = errors.New("access to the bucket is denied")
)

// Bucket is an open bucket. It is closed with the end of the call.
type Bucket struct {
	handle int32
}

// failed reads the variant `error` at a place of a result.
func failed(result abi.Result, place uintptr) error {
	switch result.Byte(place) {
	case 0:
		return ErrNoSuchBucket
	case 1:
		return ErrDenied
	}
	return errors.New(result.Text(place + 4))
}

// Open opens a bucket by its name.
func Open(name string) (Bucket, error) {
	result := abi.Call()
	defer result.Done()
	open(abi.Pointer(name), abi.Length(name), result.At())
	if result.Byte(0) != 0 {
		return Bucket{}, failed(result, 4)
	}
	return Bucket{handle: result.Handle(4)}, nil
}

// Get returns the value of a key, and whether there is one.
func (b Bucket) Get(key string) (value []byte, found bool, err error) {
	result := abi.Call()
	defer result.Done()
	get(b.handle, abi.Pointer(key), abi.Length(key), result.At())
	if result.Byte(0) != 0 {
		return nil, false, failed(result, 4)
	}
	if result.Byte(4) == 0 {
		return nil, false, nil
	}
	return result.Bytes(8), true, nil
}

// Set sets the value of a key.
func (b Bucket) Set(key string, value []byte) error {
	result := abi.Call()
	defer result.Done()
	text := string(value)
	set(b.handle, abi.Pointer(key), abi.Length(key), abi.Pointer(text), abi.Length(text), result.At())
	return done(result)
}

// Delete removes a key. One that is not there is no error.
func (b Bucket) Delete(key string) error {
	result := abi.Call()
	defer result.Done()
	remove(b.handle, abi.Pointer(key), abi.Length(key), result.At())
	return done(result)
}

func done(result abi.Result) error {
	if result.Byte(0) != 0 {
		return failed(result, 4)
	}
	return nil
}

// Exists says whether there is a key.
func (b Bucket) Exists(key string) (bool, error) {
	result := abi.Call()
	defer result.Done()
	exists(b.handle, abi.Pointer(key), abi.Length(key), result.At())
	if result.Byte(0) != 0 {
		return false, failed(result, 4)
	}
	return result.Byte(4) != 0, nil
}

// Increment adds to the number that a key has, 0 if it has none, in one step that nothing comes between, and returns the
// sum.
func (b Bucket) Increment(key string, delta uint64) (uint64, error) {
	result := abi.Call()
	defer result.Done()
	increment(b.handle, abi.Pointer(key), abi.Length(key), delta, result.At())
	if result.Byte(0) != 0 {
		return 0, failed(result, 8)
	}
	return result.Long(8), nil
}

// Keys returns all keys of the bucket.
func (b Bucket) Keys() ([]string, error) {
	var keys []string
	for more, cursor := uint32(0), uint64(0); ; {
		page, next, err := b.page(more, cursor)
		if err != nil {
			return nil, err
		}
		keys = append(keys, page...)
		if next == nil {
			return keys, nil
		}
		more, cursor = 1, *next
	}
}

func (b Bucket) page(more uint32, cursor uint64) (keys []string, next *uint64, err error) {
	result := abi.Call()
	defer result.Done()
	list(b.handle, more, cursor, result.At())
	if result.Byte(0) != 0 {
		return nil, nil, failed(result, 8)
	}
	result.Each(8, 8, func(at uintptr) { keys = append(keys, abi.TextAt(at)) })
	if result.Byte(16) != 0 {
		following := result.Long(24)
		next = &following
	}
	return keys, next, nil
}
