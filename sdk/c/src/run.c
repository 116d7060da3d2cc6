/* Between the component's raw export and the plugin's function. */
#include <string.h>

#include "internal.h"

typedef struct arguments {
    abi_text execution_arn;
    abi_text execution_name;
    abi_text state_machine_arn;
    abi_text state_machine_name;
    abi_text state_name;
    abi_text resource;
    uint32_t attempt;
    abi_text idempotency_key;
    abi_maybe_text task_token;
    struct {
        uint8_t some;
        uint64_t value;
    } deadline;
    abi_text host_version;
    abi_text input;
} arguments;

typedef struct outcome {
    uint8_t failed;
    union {
        abi_text output;
        abi_failure failure;
    };
} outcome;

static abi_text text(const char *at) { return (abi_text){(char *)at, strlen(at)}; }

static outcome *fail(outcome *result) {
    const char *error, *cause;
    result->failed = 1;
    if (!dirigent_failure(&error, &cause)) {
        error = "States.TaskFailed";
        cause = "the plugin returned neither an output nor a failure";
    }
    result->failure = (abi_failure){text(error), text(cause)};
    return result;
}

__attribute__((export_name("dirigent:task/handler@1.0.0#run"))) outcome *dirigent_export_run(arguments *given) {
    static outcome result;
    const char *problem;
    const json *input = json_parse(given->input.at, given->input.length, &problem);
    if (input == NULL) {
        dirigent_fail("Plugin.InvalidInput", "the input cannot be read: %s", problem);
        return fail(&result);
    }
    dirigent_context context = {
        .execution_arn = dirigent_from_host(given->execution_arn),
        .execution_name = dirigent_from_host(given->execution_name),
        .state_machine_arn = dirigent_from_host(given->state_machine_arn),
        .state_machine_name = dirigent_from_host(given->state_machine_name),
        .state_name = dirigent_from_host(given->state_name),
        .resource = dirigent_from_host(given->resource),
        .attempt = given->attempt,
        .idempotency_key = dirigent_from_host(given->idempotency_key),
        .task_token = given->task_token.some ? dirigent_from_host(given->task_token.text) : NULL,
        .deadline = given->deadline.some ? given->deadline.value : 0,
        .host_version = dirigent_from_host(given->host_version),
    };
    const json *output = dirigent_run(&context, input);
    if (output == NULL) return fail(&result);
    result.failed = 0;
    result.output.at = json_write(output, &result.output.length);
    if (result.output.at == NULL) {
        dirigent_fail("Plugin.InvalidOutput", "the output is deeper than %d values", JSON_DEPTH);
        return fail(&result);
    }
    return &result;
}
