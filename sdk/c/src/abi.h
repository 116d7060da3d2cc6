/* The functions of the contract (wit/) as a core module imports them: the component model's canonical ABI, written out.
 *
 * A record is a struct, a list or a string is a pointer and a length, a variant is a byte and its payload at the
 * payload's alignment. What does not fit in one value is written to the last argument. `wasm-tools component new`
 * refuses a module in which a signature here is not the contract's. */
#ifndef DIRIGENT_ABI_H
#define DIRIGENT_ABI_H

#include <stddef.h>
#include <stdint.h>

#define IMPORT(interface, function) __attribute__((import_module(interface), import_name(function))) extern

typedef struct abi_text {
    char *at;
    size_t length;
} abi_text;

typedef struct abi_list {
    void *at;
    size_t length;
} abi_list;

typedef struct abi_maybe_text {
    uint8_t some;
    abi_text text;
} abi_maybe_text;

#define HOST "dirigent:task/host@1.0.0"
IMPORT(HOST, "log") void abi_log(int32_t level, const char *at, size_t length);
IMPORT(HOST, "heartbeat") void abi_heartbeat(void);
IMPORT(HOST, "progress") void abi_progress(uint64_t done, int32_t some, uint64_t total, const char *at, size_t length);

#define JOURNAL "dirigent:task/journal@1.0.0"
typedef struct abi_failure {
    abi_text error;
    abi_text cause;
} abi_failure;
typedef struct abi_recalled {
    uint8_t failed;
    union {
        struct {
            uint8_t memory; /* in the order of dirigent_memory */
            abi_text value;
        } ok;
        abi_failure failure;
    };
} abi_recalled;
typedef struct abi_recorded {
    uint8_t failed;
    abi_failure failure;
} abi_recorded;
IMPORT(JOURNAL, "recall") void abi_recall(const char *step, size_t length, abi_recalled *result);
IMPORT(JOURNAL, "record")
void abi_record(const char *step, size_t step_length, const char *value, size_t length, abi_recorded *result);

#define CONFIG "wasi:config/store@0.2.0-rc.1"
typedef struct abi_config {
    uint8_t failed;
    union {
        abi_maybe_text value;
        struct {
            uint8_t kind; /* upstream, io */
            abi_text message;
        } error;
    };
} abi_config;
IMPORT(CONFIG, "get") void abi_config_get(const char *key, size_t length, abi_config *result);

#define KEYVALUE "wasi:keyvalue/store@0.2.0-draft"
typedef struct abi_kv_error {
    uint8_t kind; /* no-such-store, access-denied, other */
    abi_text message;
} abi_kv_error;
typedef struct abi_kv_done {
    uint8_t failed;
    abi_kv_error error;
} abi_kv_done;
typedef struct abi_kv_handle {
    uint8_t failed;
    union {
        int32_t handle;
        abi_kv_error error;
    };
} abi_kv_handle;
typedef struct abi_kv_value {
    uint8_t failed;
    union {
        abi_maybe_text value;
        abi_kv_error error;
    };
} abi_kv_value;
typedef struct abi_kv_bool {
    uint8_t failed;
    union {
        uint8_t value;
        abi_kv_error error;
    };
} abi_kv_bool;
typedef struct abi_kv_number {
    uint8_t failed;
    union {
        uint64_t value;
        abi_kv_error error;
    };
} abi_kv_number;
typedef struct abi_kv_keys {
    uint8_t failed;
    union {
        struct {
            abi_list keys; /* of abi_text */
            uint8_t more;
            uint64_t cursor;
        } page;
        abi_kv_error error;
    };
} abi_kv_keys;
IMPORT(KEYVALUE, "open") void abi_kv_open(const char *name, size_t length, abi_kv_handle *result);
IMPORT(KEYVALUE, "[method]bucket.get") void abi_kv_get(int32_t self, const char *key, size_t length, abi_kv_value *result);
IMPORT(KEYVALUE, "[method]bucket.set")
void abi_kv_set(int32_t self, const char *key, size_t key_length, const void *at, size_t length, abi_kv_done *result);
IMPORT(KEYVALUE, "[method]bucket.delete")
void abi_kv_delete(int32_t self, const char *key, size_t length, abi_kv_done *result);
IMPORT(KEYVALUE, "[method]bucket.exists")
void abi_kv_exists(int32_t self, const char *key, size_t length, abi_kv_bool *result);
IMPORT(KEYVALUE, "[method]bucket.list-keys")
void abi_kv_list(int32_t self, int32_t some, uint64_t cursor, abi_kv_keys *result);
IMPORT("wasi:keyvalue/atomics@0.2.0-draft", "increment")
void abi_kv_increment(int32_t self, const char *key, size_t length, uint64_t delta, abi_kv_number *result);

#endif
