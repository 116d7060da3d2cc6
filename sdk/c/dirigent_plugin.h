/* Write a Dirigent task plugin in C: a function from an input to an output, or to a named error.
 *
 *     #include "dirigent_plugin.h"
 *
 *     json *dirigent_run(const dirigent_context *context, const json *input) {
 *         int64_t price, quantity;
 *         if (!json_integer(json_get(input, "price"), &price)) return dirigent_misfit("price", "an integer");
 *         if (!json_integer(json_get(input, "quantity"), &quantity)) return dirigent_misfit("quantity", "an integer");
 *         if (quantity == 0) return dirigent_fail("Order.Empty", "nothing to price");
 *         return json_set(json_object(), "total", json_new_integer(price * quantity));
 *     }
 *
 * Nothing has to be freed: the host calls a plugin once in a fresh instance, whose memory goes with the call. A call for
 * which there is no memory ends the task with Plugin.Trapped, and says so in the log.
 *
 * All text is UTF-8. Functions that take a `const json *` take NULL as well, as a value that is not there.
 */
#ifndef DIRIGENT_PLUGIN_H
#define DIRIGENT_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The task ------------------------------------------------------------------------------------------------- */

/* What the host tells a task about the work it is part of. None of it is secret, except task_token. */
typedef struct dirigent_context {
    const char *execution_arn;
    const char *execution_name;
    const char *state_machine_arn;
    const char *state_machine_name;
    const char *state_name;
    const char *resource;        /* `Resource` exactly as the definition has it */
    uint32_t attempt;            /* how often the state's Retry ran this task again: 0 for the first attempt */
    const char *idempotency_key; /* names the effect; the same over retries and restarts, at most 128 bytes */
    const char *task_token;      /* for a resource that ends in .waitForTaskToken, else NULL */
    uint64_t deadline;           /* when the host gives up, in milliseconds since 1970-01-01T00:00:00Z; 0: no limit */
    const char *host_version;
} dirigent_context;

typedef struct json json;

/* The task. Your plugin defines it. Return the output, or what one of the two functions below returns. */
json *dirigent_run(const dirigent_context *context, const json *input);

/* Fail with the name that a state's Retry and Catch match, such as Payment.Declined, and a cause for people, which is
 * made as printf does. Names that start with `States.` or `Plugin.` have a meaning of their own. Returns NULL. */
json *dirigent_fail(const char *error, const char *cause, ...) __attribute__((format(printf, 2, 3)));

/* Fail with Plugin.InvalidInput: at `place`, something else was expected. Returns NULL. */
json *dirigent_misfit(const char *place, const char *expected);

/* ---- JSON ----------------------------------------------------------------------------------------------------- */

/* Values inside of each other that are read and written; beyond it, reading and writing fail. */
#define JSON_DEPTH 500

typedef enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_kind;

/* Reading. A number keeps its text until it is asked for, so one that is passed on stays as it was. */
json_kind json_kind_of(const json *value);                     /* JSON_NULL for NULL */
const json *json_get(const json *object, const char *name);    /* NULL if there is none */
const json *json_at(const json *array, size_t index);          /* NULL if there is none */
size_t json_length(const json *value);                         /* of a string (bytes), array or object; else 0 */
const char *json_name_at(const json *object, size_t index);    /* the name of a member, NULL if there is none */
const json *json_member_at(const json *object, size_t index);  /* the value of a member, NULL if there is none */
const char *json_text(const json *value);                      /* NULL if it is no string; ends in a 0 byte */
bool json_integer(const json *value, int64_t *out);            /* false if it is no integer of 64 bits */
bool json_real(const json *value, double *out);                /* false if it is no number */
bool json_truth(const json *value, bool *out);                 /* false if it is no boolean */

/* Making. `json_set` and `json_push` give back what they added to, and take a value that may be part of another.
 * `json_set` replaces a member of that name. */
json *json_null(void);
json *json_new_truth(bool value);
json *json_new_integer(int64_t value);
json *json_new_real(double value); /* null if it is not finite, since JSON has no such number */
json *json_new_text(const char *text);
json *json_new_bytes(const char *text, size_t length);
json *json_array(void);
json *json_object(void);
json *json_push(json *array, const json *value);
json *json_set(json *object, const char *name, const json *value);

/* Text of a value and back. `json_parse` returns NULL and says in *problem (which may be NULL) what is wrong where;
 * `json_write` returns NULL if the value is deeper than JSON_DEPTH. */
json *json_parse(const char *text, size_t length, const char **problem);
char *json_write(const json *value, size_t *length);

/* Text made as printf does. */
char *dirigent_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- The host ------------------------------------------------------------------------------------------------- */

typedef enum dirigent_level { DIRIGENT_TRACE, DIRIGENT_DEBUG, DIRIGENT_INFO, DIRIGENT_WARN, DIRIGENT_ERROR } dirigent_level;

/* Write a line to the task's log. The last one of level error before a trap is quoted in the task's cause. */
void dirigent_log(dirigent_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Say that the task is alive, for a state with HeartbeatSeconds. */
void dirigent_heartbeat(void);

/* Say how far the task is: `done` of `total` (0 if not known) in any unit, with a word for people. A heartbeat too. */
void dirigent_progress(uint64_t done, uint64_t total, const char *message);

/* ---- What plugin.toml has to ask for: a call that was not granted ends the task with Plugin.CapabilityDenied ---- */

/* Functions from here on return NULL, or what went wrong in the host's words. */

typedef struct dirigent_header {
    const char *name;
    const char *value;
} dirigent_header;

typedef struct dirigent_request {
    const char *method; /* NULL: GET */
    const char *url;    /* http://… or https://… */
    const dirigent_header *headers;
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_length;
    uint64_t timeout; /* milliseconds to connect, to the answer's beginning, and between its bytes; 0: the host's */
} dirigent_request;

typedef struct dirigent_response {
    unsigned status;
    dirigent_header *headers;
    size_t header_count;
    char *body; /* a 0 byte follows it */
    size_t body_length;
} dirigent_response;

/* The longest body of a response that `dirigent_http` takes, in bytes. */
#define DIRIGENT_BODY_LIMIT (16u << 20)

/* Send a request and read the whole response ([asks] http). Redirects are not followed: a 3xx is a response. */
const char *dirigent_http(const dirigent_request *request, dirigent_response *response);

/* A header of the response, in any case; NULL if there is none. */
const char *dirigent_header_of(const dirigent_response *response, const char *name);

/* A bucket of the host's own store ([asks] keyvalue). */
typedef struct dirigent_bucket {
    int32_t handle;
} dirigent_bucket;

const char *dirigent_open(const char *name, dirigent_bucket *bucket);
/* *value is NULL if there is none of that key; a 0 byte follows it. */
const char *dirigent_get(dirigent_bucket bucket, const char *key, char **value, size_t *length);
const char *dirigent_set(dirigent_bucket bucket, const char *key, const void *value, size_t length);
const char *dirigent_delete(dirigent_bucket bucket, const char *key);
const char *dirigent_exists(dirigent_bucket bucket, const char *key, bool *exists);
const char *dirigent_increment(dirigent_bucket bucket, const char *key, uint64_t delta, uint64_t *value);
/* All keys of the bucket, as an array of strings. */
const char *dirigent_keys(dirigent_bucket bucket, json **keys);

/* A value of the host's configuration ([asks] config); *value is NULL if there is none. */
const char *dirigent_config(const char *key, char **value);

/* The journal: the memory of a task across a restart of the host. */
typedef enum dirigent_memory {
    DIRIGENT_FRESH,   /* never begun; the host has durably noted that it begins now */
    DIRIGENT_DONE,    /* done, with the value */
    DIRIGENT_IN_DOUBT /* begun by an earlier call that ended before the record */
} dirigent_memory;

const char *dirigent_recall(const char *step, dirigent_memory *memory, json **value);
const char *dirigent_record(const char *step, const json *value);

/* Do a step once: `effect` runs and its value is recorded, or the value of an earlier run is given back. A step that an
 * earlier call began and did not record is in doubt: `in_doubt` finds out what happened (asks the service, or does it
 * again if that does no harm) and returns the value; without it (NULL) the step fails with Plugin.InDoubt. A step whose
 * effect fails stays in doubt too. Returns NULL, with a failure set, when there is no value: return NULL from the task. */
json *dirigent_step(const char *step, json *(*effect)(void *), json *(*in_doubt)(void *), void *argument);

#ifdef __cplusplus
}
#endif

#endif
