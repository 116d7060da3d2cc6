/* What the files of the SDK share and plugins do not see. */
#ifndef DIRIGENT_INTERNAL_H
#define DIRIGENT_INTERNAL_H

#include "../dirigent_plugin.h"
#include "abi.h"

/* Memory, or the end of the task: there is nothing sensible to do without any. */
void *dirigent_memory_of(size_t size);
void *dirigent_more_memory(void *old, size_t size);

/* A copy that a 0 byte follows. */
char *dirigent_copy(const char *at, size_t length);

/* The text of a list or string that the host wrote, as a C string. The host's memory came from cabi_realloc, without
 * room for the 0 byte. */
char *dirigent_from_host(abi_text text);

/* The failure to end the task with: what dirigent_fail noted last. */
bool dirigent_failure(const char **error, const char **cause);

struct json {
    json_kind kind;
    bool truth;
    size_t length; /* of the text, or the number of items or members */
    size_t room;
    char *text;         /* a string, or a number as it was written */
    const json **items; /* of an array, or the values of an object */
    char **names;       /* of an object */
};

/* Add an item (without a name), or a member without looking whether there is one of that name. NULL is added as null. */
void dirigent_add(json *container, char *name, const json *value);

#endif
