/* Signs of life, configuration and the journal. */
#include <string.h>

#include "internal.h"

void dirigent_heartbeat(void) { abi_heartbeat(); }

void dirigent_progress(uint64_t done, uint64_t total, const char *message) {
    abi_progress(done, total > 0, total, message, strlen(message));
}

const char *dirigent_config(const char *key, char **value) {
    abi_config result;
    *value = NULL;
    abi_config_get(key, strlen(key), &result);
    if (result.failed) return dirigent_from_host(result.error.message);
    if (result.value.some) *value = dirigent_from_host(result.value.text);
    return NULL;
}

const char *dirigent_recall(const char *step, dirigent_memory *memory, json **value) {
    abi_recalled result;
    *value = NULL;
    abi_recall(step, strlen(step), &result);
    if (result.failed)
        return dirigent_text("%s: %s", dirigent_from_host(result.failure.error), dirigent_from_host(result.failure.cause));
    *memory = (dirigent_memory)result.ok.memory;
    if (*memory != DIRIGENT_DONE) return NULL;
    const char *problem = NULL;
    *value = json_parse(result.ok.value.at, result.ok.value.length, &problem);
    return problem;
}

const char *dirigent_record(const char *step, const json *value) {
    abi_recorded result;
    size_t length;
    char *text = json_write(value, &length);
    if (text == NULL) return dirigent_text("the value of step %s is deeper than %d values", step, JSON_DEPTH);
    abi_record(step, strlen(step), text, length, &result);
    if (!result.failed) return NULL;
    return dirigent_text("%s: %s", dirigent_from_host(result.failure.error), dirigent_from_host(result.failure.cause));
}

json *dirigent_step(const char *step, json *(*effect)(void *), json *(*in_doubt)(void *), void *argument) {
    dirigent_memory memory;
    json *value;
    const char *problem = dirigent_recall(step, &memory, &value);
    if (problem != NULL) return dirigent_fail("States.TaskFailed", "step %s cannot be recalled: %s", step, problem);
    if (memory == DIRIGENT_DONE) return value;
    if (memory == DIRIGENT_IN_DOUBT) effect = in_doubt;
    if (effect == NULL)
        return dirigent_fail("Plugin.InDoubt",
                             "the step %s began in an earlier attempt, and whether it had its effect is not known. Look "
                             "whether it did; the plugin can do that by itself with an `in_doubt` of dirigent_step",
                             step);
    value = effect(argument);
    if (value == NULL) return NULL;
    problem = dirigent_record(step, value);
    if (problem != NULL) return dirigent_fail("States.TaskFailed", "step %s cannot be recorded: %s", step, problem);
    return value;
}
