/* HTTP requests through the host, by wasi:http. Handles of what a request was made of are given up in the order that
 * the component model asks for: what was made of another goes before it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "abi_http.h"
#include "internal.h"

/* In the order of WASI's variant `error-code`. */
static const char *const error_codes[] = {
    "DNS-timeout", "DNS-error", "destination-not-found", "destination-unavailable", "destination-IP-prohibited",
    "destination-IP-unroutable", "connection-refused", "connection-terminated", "connection-timeout",
    "connection-read-timeout", "connection-write-timeout", "connection-limit-reached", "TLS-protocol-error",
    "TLS-certificate-error", "TLS-alert-received", "HTTP-request-denied", "HTTP-request-length-required",
    "HTTP-request-body-size", "HTTP-request-method-invalid", "HTTP-request-URI-invalid", "HTTP-request-URI-too-long",
    "HTTP-request-header-section-size", "HTTP-request-header-size", "HTTP-request-trailer-section-size",
    "HTTP-request-trailer-size", "HTTP-response-incomplete", "HTTP-response-header-section-size",
    "HTTP-response-header-size", "HTTP-response-body-size", "HTTP-response-trailer-section-size",
    "HTTP-response-trailer-size", "HTTP-response-transfer-coding", "HTTP-response-content-coding",
    "HTTP-response-timeout", "HTTP-upgrade-failed", "HTTP-protocol-error", "loop-detected", "configuration-error",
    "internal-error",
};
#define ERROR_CODES (sizeof error_codes / sizeof *error_codes)

static const char *told(const abi_error_code *error) {
    if (error->kind == ERROR_CODES - 1 && error->message.some)
        return dirigent_text("internal-error: %s", dirigent_from_host(error->message.text));
    return error->kind < ERROR_CODES ? error_codes[error->kind] : "an error that this SDK does not know";
}

/* In the order of WASI's variant `method`; what is not among them is `other`. */
static int32_t method_kind(const char *method) {
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
    int32_t count = sizeof methods / sizeof *methods;
    for (int32_t kind = 0; kind < count; kind++)
        if (strcmp(method, methods[kind]) == 0) return kind;
    return count;
}

/* The request's target, without a fragment, which is not the server's business. */
static const char *set_target(int32_t request, const char *url) {
    size_t secure = strncasecmp(url, "https://", 8) == 0;
    if (!secure && strncasecmp(url, "http://", 7) != 0) return dirigent_text("%s is no http:// or https:// URL", url);
    const char *authority = url + 7 + secure;
    size_t length = strcspn(authority, "/?#");
    const char *path = authority + length;
    const char *target = dirigent_copy(path, strcspn(path, "#"));
    if (*target != '/') target = dirigent_text("/%s", target);
    bool bad = abi_request_scheme(request, 1, (int32_t)secure, NULL, 0) != 0;
    bad = bad || length == 0 || abi_request_authority(request, 1, authority, length) != 0;
    bad = bad || abi_request_path(request, 1, target, strlen(target)) != 0;
    return bad ? dirigent_text("%s is no URL that a request can have", url) : NULL;
}

static const char *make_request(const dirigent_request *wanted, int32_t *request) {
    static const char *const problems[] = {"has a form that no header has", "is the host's to set", "cannot be set"};
    const char *method = wanted->method == NULL ? "GET" : wanted->method;
    int32_t headers = abi_fields();
    for (size_t i = 0; i < wanted->header_count; i++) {
        const dirigent_header *header = &wanted->headers[i];
        abi_done result;
        abi_fields_append(headers, header->name, strlen(header->name), header->value, strlen(header->value), &result);
        if (result.failed) {
            abi_fields_drop(headers);
            return dirigent_text("header %s %s", header->name, problems[result.kind > 2 ? 2 : result.kind]);
        }
    }
    *request = abi_request(headers);
    const char *problem = set_target(*request, wanted->url);
    if (problem == NULL && abi_request_method(*request, method_kind(method), method, strlen(method)) != 0)
        problem = dirigent_text("%s is no HTTP method", method);
    if (problem != NULL) abi_request_drop(*request);
    return problem;
}

/* Most bytes that WASI takes in one blocking write. */
#define WRITE_LIMIT 4096

static const char *stream_problem(const abi_read *result) {
    abi_text text;
    if (result->end.closed) return "the other side closed the connection";
    abi_error_text(result->end.error, &text);
    abi_error_drop(result->end.error);
    return dirigent_from_host(text);
}

static const char *write_body(int32_t body, const char *at, size_t length) {
    abi_handle stream;
    abi_read written = {0};
    abi_body_write(body, &stream);
    while (length > 0 && !stream.failed) {
        size_t piece = length < WRITE_LIMIT ? length : WRITE_LIMIT;
        abi_write(stream.handle, at, piece, &written);
        if (written.failed) break;
        at += piece;
        length -= piece;
    }
    if (!stream.failed) abi_output_drop(stream.handle);
    if (length > 0) {
        /* A body that is not finished is a request that is broken off, and the response says why. */
        abi_body_drop(body);
        return NULL;
    }
    abi_sent finished;
    abi_body_finish(body, 0, 0, &finished);
    return finished.failed ? told(&finished.error) : NULL;
}

static const char *await_response(int32_t future, int32_t *response) {
    int32_t pollable = abi_future_subscribe(future);
    abi_block(pollable);
    abi_pollable_drop(pollable);
    abi_answer answer;
    abi_future_get(future, &answer);
    abi_future_drop(future);
    if (!answer.ready || answer.once.taken) return "the host gave no answer";
    if (answer.once.result.failed) return told(&answer.once.result.error);
    *response = answer.once.result.response;
    return NULL;
}

static void read_headers(int32_t from, dirigent_response *response) {
    abi_list list;
    int32_t fields = abi_response_headers(from);
    abi_fields_entries(fields, &list);
    abi_fields_drop(fields);
    const abi_entry *entries = list.at;
    response->header_count = list.length;
    response->headers = dirigent_memory_of(list.length * sizeof *response->headers);
    for (size_t i = 0; i < list.length; i++) {
        response->headers[i].name = dirigent_copy(entries[i].name.at, entries[i].name.length);
        response->headers[i].value = dirigent_copy(entries[i].value.at, entries[i].value.length);
    }
}

static const char *read_stream(int32_t stream, dirigent_response *response) {
    size_t room = 0;
    response->body = NULL;
    response->body_length = 0;
    for (;;) {
        abi_read read;
        abi_read_some(stream, 64 << 10, &read);
        if (read.failed && !read.end.closed) return stream_problem(&read);
        if (read.failed) break;
        size_t length = response->body_length + read.bytes.length;
        if (length > DIRIGENT_BODY_LIMIT) return "the response's body is over DIRIGENT_BODY_LIMIT";
        if (length + 1 > room) response->body = dirigent_more_memory(response->body, room = length * 2 + 1);
        memcpy(response->body + response->body_length, read.bytes.at, read.bytes.length);
        response->body_length = length;
        if (read.bytes.length > 0) free(read.bytes.at);
    }
    if (response->body == NULL) response->body = dirigent_memory_of(1);
    response->body[response->body_length] = 0;
    return NULL;
}

static const char *read_body(int32_t from, dirigent_response *response) {
    abi_handle body, stream;
    abi_response_consume(from, &body);
    if (body.failed) return "the host gave the response no body";
    abi_incoming_stream(body.handle, &stream);
    const char *problem = stream.failed ? "the host gave the response no body" : read_stream(stream.handle, response);
    if (!stream.failed) abi_input_drop(stream.handle);
    abi_incoming_drop(body.handle);
    return problem;
}

static int32_t options_of(uint64_t milliseconds) {
    int32_t options = abi_options();
    uint64_t most = milliseconds < UINT64_MAX / 1000000 ? milliseconds * 1000000 : UINT64_MAX;
    abi_options_connect(options, 1, most);
    abi_options_first_byte(options, 1, most);
    abi_options_between_bytes(options, 1, most);
    return options;
}

const char *dirigent_http(const dirigent_request *wanted, dirigent_response *response) {
    int32_t request, answer;
    *response = (dirigent_response){0};
    const char *problem = make_request(wanted, &request);
    if (problem != NULL) return problem;
    abi_handle body = {.failed = 1};
    if (wanted->body_length > 0) abi_request_body(request, &body);
    abi_sent sent;
    abi_http_handle(request, wanted->timeout > 0, wanted->timeout > 0 ? options_of(wanted->timeout) : 0, &sent);
    if (sent.failed) {
        if (!body.failed) abi_body_drop(body.handle);
        return told(&sent.error);
    }
    if (!body.failed) problem = write_body(body.handle, wanted->body, wanted->body_length);
    const char *unanswered = await_response(sent.future, &answer);
    if (unanswered != NULL) return unanswered;
    response->status = (unsigned)abi_response_status(answer);
    read_headers(answer, response);
    const char *unread = read_body(answer, response);
    abi_response_drop(answer);
    return problem != NULL ? problem : unread;
}

const char *dirigent_header_of(const dirigent_response *response, const char *name) {
    for (size_t i = 0; i < response->header_count; i++)
        if (strcasecmp(response->headers[i].name, name) == 0) return response->headers[i].value;
    return NULL;
}
