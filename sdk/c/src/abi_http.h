/* wasi:http and the streams that it needs, as a core module imports them. See abi.h. */
#ifndef DIRIGENT_ABI_HTTP_H
#define DIRIGENT_ABI_HTTP_H

#include "abi.h"

#define TYPES "wasi:http/types@0.2.12"
#define STREAMS "wasi:io/streams@0.2.12"
#define POLL "wasi:io/poll@0.2.12"

/* A variant of 39 cases with payloads of at most 24 bytes; http_errors.c has their names. */
typedef struct abi_error_code {
    uint8_t kind;
    union {
        uint64_t align;
        uint8_t bytes[24];
        abi_maybe_text message; /* internal-error and a few more */
    };
} abi_error_code;

typedef struct abi_done {
    uint8_t failed;
    uint8_t kind;
} abi_done;

typedef struct abi_handle {
    uint8_t failed;
    int32_t handle;
} abi_handle;

typedef struct abi_sent {
    uint8_t failed;
    union {
        int32_t future;
        abi_error_code error;
    };
} abi_sent;

typedef struct abi_answer {
    uint8_t ready;
    struct {
        uint8_t taken;
        struct {
            uint8_t failed;
            union {
                int32_t response;
                abi_error_code error;
            };
        } result;
    } once;
} abi_answer;

typedef struct abi_read {
    uint8_t failed;
    union {
        abi_list bytes;
        struct {
            uint8_t closed; /* else the last operation failed, with an error */
            int32_t error;
        } end;
    };
} abi_read;

typedef struct abi_entry {
    abi_text name;
    abi_list value;
} abi_entry;

IMPORT(TYPES, "[constructor]fields") int32_t abi_fields(void);
IMPORT(TYPES, "[method]fields.append")
void abi_fields_append(int32_t self, const char *name, size_t name_length, const char *at, size_t length, abi_done *result);
IMPORT(TYPES, "[method]fields.entries") void abi_fields_entries(int32_t self, abi_list *result);
IMPORT(TYPES, "[resource-drop]fields") void abi_fields_drop(int32_t self);

IMPORT(TYPES, "[constructor]outgoing-request") int32_t abi_request(int32_t headers);
IMPORT(TYPES, "[method]outgoing-request.set-method")
int32_t abi_request_method(int32_t self, int32_t kind, const char *at, size_t length);
IMPORT(TYPES, "[method]outgoing-request.set-scheme")
int32_t abi_request_scheme(int32_t self, int32_t some, int32_t kind, const char *at, size_t length);
IMPORT(TYPES, "[method]outgoing-request.set-authority")
int32_t abi_request_authority(int32_t self, int32_t some, const char *at, size_t length);
IMPORT(TYPES, "[method]outgoing-request.set-path-with-query")
int32_t abi_request_path(int32_t self, int32_t some, const char *at, size_t length);
IMPORT(TYPES, "[method]outgoing-request.body") void abi_request_body(int32_t self, abi_handle *result);
IMPORT(TYPES, "[resource-drop]outgoing-request") void abi_request_drop(int32_t self);

IMPORT(TYPES, "[constructor]request-options") int32_t abi_options(void);
IMPORT(TYPES, "[method]request-options.set-connect-timeout")
int32_t abi_options_connect(int32_t self, int32_t some, uint64_t nanoseconds);
IMPORT(TYPES, "[method]request-options.set-first-byte-timeout")
int32_t abi_options_first_byte(int32_t self, int32_t some, uint64_t nanoseconds);
IMPORT(TYPES, "[method]request-options.set-between-bytes-timeout")
int32_t abi_options_between_bytes(int32_t self, int32_t some, uint64_t nanoseconds);

IMPORT("wasi:http/outgoing-handler@0.2.12", "handle")
void abi_http_handle(int32_t request, int32_t some, int32_t options, abi_sent *result);

IMPORT(TYPES, "[method]outgoing-body.write") void abi_body_write(int32_t self, abi_handle *result);
IMPORT(TYPES, "[static]outgoing-body.finish")
void abi_body_finish(int32_t self, int32_t some, int32_t trailers, abi_sent *result);
IMPORT(TYPES, "[resource-drop]outgoing-body") void abi_body_drop(int32_t self);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void abi_write(int32_t self, const char *at, size_t length, abi_read *result);
IMPORT(STREAMS, "[resource-drop]output-stream") void abi_output_drop(int32_t self);

IMPORT(TYPES, "[method]future-incoming-response.subscribe") int32_t abi_future_subscribe(int32_t self);
IMPORT(TYPES, "[method]future-incoming-response.get") void abi_future_get(int32_t self, abi_answer *result);
IMPORT(TYPES, "[resource-drop]future-incoming-response") void abi_future_drop(int32_t self);
IMPORT(POLL, "[method]pollable.block") void abi_block(int32_t self);
IMPORT(POLL, "[resource-drop]pollable") void abi_pollable_drop(int32_t self);

IMPORT(TYPES, "[method]incoming-response.status") int32_t abi_response_status(int32_t self);
IMPORT(TYPES, "[method]incoming-response.headers") int32_t abi_response_headers(int32_t self);
IMPORT(TYPES, "[method]incoming-response.consume") void abi_response_consume(int32_t self, abi_handle *result);
IMPORT(TYPES, "[resource-drop]incoming-response") void abi_response_drop(int32_t self);
IMPORT(TYPES, "[method]incoming-body.stream") void abi_incoming_stream(int32_t self, abi_handle *result);
IMPORT(TYPES, "[resource-drop]incoming-body") void abi_incoming_drop(int32_t self);
IMPORT(STREAMS, "[method]input-stream.blocking-read") void abi_read_some(int32_t self, uint64_t most, abi_read *result);
IMPORT(STREAMS, "[resource-drop]input-stream") void abi_input_drop(int32_t self);
IMPORT("wasi:io/error@0.2.12", "[method]error.to-debug-string") void abi_error_text(int32_t self, abi_text *result);
IMPORT("wasi:io/error@0.2.12", "[resource-drop]error") void abi_error_drop(int32_t self);

#endif
