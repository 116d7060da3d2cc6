/* The plugin {{name}}: says hello to whom its input names. */
#include "dirigent_plugin.h"

json *dirigent_run(const dirigent_context *context, const json *input) {
    const char *name = json_text(json_get(input, "name"));
    if (name == NULL) return dirigent_misfit("name", "a string");

    dirigent_log(DIRIGENT_INFO, "attempt %u of %s", context->attempt, context->state_name);
    /* A state's Retry and Catch match this name. */
    if (*name == 0) return dirigent_fail("Greeting.NoName", "the name is empty");
    return json_set(json_object(), "greeting", json_new_text(dirigent_text("Hello, %s!", name)));
}
