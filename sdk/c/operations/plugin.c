/* The plugin of the library's tests: calls of the host that a test lists as JSON, such as
 * [{"do": "config", "key": "region"}, {"do": "clock"}]. Each operation answers with a value; one that fails in a way that
 * a plugin can live with answers {"error": "…"}, and the next one runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dirigent_plugin.h"

static const dirigent_context *context;

static json *one(const json *operation);

static json *operations(const json *list) {
    json *answers = json_array();
    for (size_t i = 0; i < json_length(list); i++) {
        json *answer = one(json_at(list, i));
        if (answer == NULL) return NULL;
        json_push(answers, answer);
    }
    return answers;
}

json *dirigent_run(const dirigent_context *given, const json *input) {
    context = given;
    if (json_kind_of(input) != JSON_ARRAY) return dirigent_misfit(".", "an array");
    return operations(input);
}

static const char *text_of(const json *operation, const char *name) {
    const char *text = json_text(json_get(operation, name));
    return text == NULL ? "" : text;
}

static int64_t number_of(const json *operation, const char *name) {
    int64_t number = 0;
    json_integer(json_get(operation, name), &number);
    return number;
}

static json *answered(const char *problem, json *value) {
    return problem == NULL ? value : json_set(json_object(), "error", json_new_text(problem));
}

static json *text_or_null(const char *text) { return text == NULL ? json_null() : json_new_text(text); }

static json *http(const json *operation) {
    const json *headers = json_get(operation, "headers"), *show = json_get(operation, "show");
    size_t count = json_length(headers);
    dirigent_header list[16];
    if (count > 16) return dirigent_misfit("headers", "at most 16");
    for (size_t i = 0; i < count; i++)
        list[i] = (dirigent_header){json_text(json_at(json_at(headers, i), 0)), json_text(json_at(json_at(headers, i), 1))};
    const char *body = text_of(operation, "body");
    size_t length = strlen(body), fill = (size_t)number_of(operation, "fill");
    if (fill > 0) body = memset(malloc(fill), 'x', length = fill);
    dirigent_request request = {
        .method = json_text(json_get(operation, "method")),
        .url = text_of(operation, "url"),
        .headers = list,
        .header_count = count,
        .body = body,
        .body_length = length,
        .timeout = (uint64_t)number_of(operation, "timeout_ms"),
    };
    dirigent_response response;
    const char *problem = dirigent_http(&request, &response);
    if (problem != NULL) return answered(problem, NULL);
    bool only_length = false;
    json_truth(json_get(operation, "length"), &only_length);
    json *shown = json_object();
    for (size_t i = 0; i < json_length(show); i++) {
        const char *name = json_text(json_at(show, i));
        json_set(shown, name, text_or_null(dirigent_header_of(&response, name)));
    }
    json *answer = json_set(json_object(), "status", json_new_integer(response.status));
    json_set(answer, "headers", shown);
    return json_set(answer, "body",
                    only_length ? json_new_integer((int64_t)response.body_length)
                                : json_new_bytes(response.body, response.body_length));
}

static json *bucket(const char *what, const json *operation) {
    dirigent_bucket bucket;
    const char *key = text_of(operation, "key"), *problem = dirigent_open(text_of(operation, "bucket"), &bucket);
    if (problem != NULL) return answered(problem, NULL);
    if (strcmp(what, "kv-get") == 0) {
        char *value;
        size_t length;
        problem = dirigent_get(bucket, key, &value, &length);
        return answered(problem, value == NULL ? json_null() : json_new_bytes(value, length));
    }
    if (strcmp(what, "kv-set") == 0) {
        const json *value = json_get(operation, "value");
        return answered(dirigent_set(bucket, key, json_text(value), json_length(value)), json_null());
    }
    if (strcmp(what, "kv-delete") == 0) return answered(dirigent_delete(bucket, key), json_null());
    if (strcmp(what, "kv-exists") == 0) {
        bool exists = false;
        problem = dirigent_exists(bucket, key, &exists);
        return answered(problem, json_new_truth(exists));
    }
    if (strcmp(what, "kv-keys") == 0) {
        json *keys;
        problem = dirigent_keys(bucket, &keys);
        return answered(problem, keys);
    }
    if (strcmp(what, "kv-increment") == 0) {
        uint64_t sum = 0;
        problem = dirigent_increment(bucket, key, (uint64_t)number_of(operation, "delta"), &sum);
        return answered(problem, json_new_integer((int64_t)sum));
    }
    return dirigent_fail("Plugin.InvalidInput", "there is no operation %s", what);
}

static json *described(void) {
    json *answer = json_object();
    json_set(answer, "executionArn", json_new_text(context->execution_arn));
    json_set(answer, "executionName", json_new_text(context->execution_name));
    json_set(answer, "stateMachineArn", json_new_text(context->state_machine_arn));
    json_set(answer, "stateMachineName", json_new_text(context->state_machine_name));
    json_set(answer, "stateName", json_new_text(context->state_name));
    json_set(answer, "resource", json_new_text(context->resource));
    json_set(answer, "attempt", json_new_integer(context->attempt));
    json_set(answer, "idempotencyKey", json_new_text(context->idempotency_key));
    json_set(answer, "taskToken", json_new_text(context->task_token == NULL ? "" : context->task_token));
    json_set(answer, "limited", json_new_truth(context->deadline != 0));
    return json_set(answer, "hostVersion", json_new_text(context->host_version));
}

static json *recall(const char *name) {
    dirigent_memory memory;
    json *value;
    const char *problem = dirigent_recall(name, &memory, &value);
    if (problem != NULL) return answered(problem, NULL);
    if (memory == DIRIGENT_DONE) return json_set(json_object(), "done", value);
    return json_new_text(memory == DIRIGENT_FRESH ? "fresh" : "in-doubt");
}

static json *step_work(void *list) { return operations(list); }

/* Garbage, and what is left of it. */
static json *churn(int64_t times) {
    char *kept[8] = {0};
    for (int64_t i = 0; i < times; i++) {
        free(kept[i % 8]);
        kept[i % 8] = dirigent_text("%010000lld", (long long)i);
    }
    return json_new_integer(times < 8 ? times : 8);
}

static json *small(const char *what, const json *operation) {
    if (strcmp(what, "clock") == 0) return json_new_integer((int64_t)time(NULL) * 1000);
    if (strcmp(what, "random") == 0) {
        uint64_t number;
        if (getentropy(&number, sizeof number) != 0) return answered("there is no randomness", NULL);
        return json_new_text(dirigent_text("%llx", (unsigned long long)number));
    }
    if (strcmp(what, "environment") == 0) return text_or_null(getenv(text_of(operation, "key")));
    if (strcmp(what, "log") == 0) {
        dirigent_log(DIRIGENT_DEBUG, "a record number=%d", 7);
        puts(text_of(operation, "message"));
        return json_null();
    }
    if (strcmp(what, "heartbeat") == 0) {
        dirigent_heartbeat();
        dirigent_progress(1, 2, "half");
        return json_null();
    }
    if (strcmp(what, "panic") == 0) {
        dirigent_log(DIRIGENT_ERROR, "panic: %s", text_of(operation, "message"));
        abort();
    }
    return NULL;
}

static json *one(const json *operation) {
    const char *what = text_of(operation, "do"), *name = text_of(operation, "name");
    const json *list = json_get(operation, "operations");
    json *answer = small(what, operation);
    if (answer != NULL) return answer;
    if (strcmp(what, "http") == 0) return http(operation);
    if (strcmp(what, "config") == 0) {
        char *value;
        const char *problem = dirigent_config(text_of(operation, "key"), &value);
        return answered(problem, text_or_null(value));
    }
    if (strcmp(what, "context") == 0) return described();
    if (strcmp(what, "value") == 0) return (json *)json_get(operation, "value");
    if (strcmp(what, "fail") == 0) return dirigent_fail(text_of(operation, "error"), "%s", text_of(operation, "cause"));
    if (strcmp(what, "churn") == 0) return churn(number_of(operation, "times"));
    if (strcmp(what, "repeat") == 0) {
        for (int64_t i = number_of(operation, "times"); i-- > 0;)
            if ((answer = operations(list)) == NULL) return NULL;
        return answer == NULL ? json_null() : answer;
    }
    if (strcmp(what, "step") == 0) return dirigent_step(name, step_work, NULL, (void *)list);
    if (strcmp(what, "recall") == 0) return recall(name);
    if (strcmp(what, "record") == 0) return answered(dirigent_record(name, json_get(operation, "value")), json_null());
    return bucket(what, operation);
}
