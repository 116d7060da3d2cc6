/* Memory, which the host asks for as well: it writes what it hands over into memory from `cabi_realloc`. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void *or_trap(void *memory, size_t size) {
    if (memory == NULL && size > 0) {
        static const char cause[] = "there is no memory left";
        abi_log(DIRIGENT_ERROR, cause, sizeof cause - 1);
        __builtin_trap();
    }
    return memory;
}

void *dirigent_memory_of(size_t size) { return or_trap(malloc(size), size); }

void *dirigent_more_memory(void *old, size_t size) { return or_trap(realloc(old, size), size); }

/* Not by `or_trap`: a component may not call the host while the host is asking it for memory. */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
    void *memory;
    if (size == 0) return (void *)align;
    if (align > _Alignof(max_align_t)) {
        memory = aligned_alloc(align, (size + align - 1) / align * align);
        if (memory != NULL && old_size > 0) memcpy(memory, old, old_size < size ? old_size : size);
    } else {
        memory = realloc(old_size > 0 ? old : NULL, size);
    }
    if (memory == NULL) __builtin_trap();
    return memory;
}

char *dirigent_copy(const char *at, size_t length) {
    char *copy = dirigent_memory_of(length + 1);
    if (length > 0) memcpy(copy, at, length);
    copy[length] = 0;
    return copy;
}

char *dirigent_from_host(abi_text text) {
    char *copy = dirigent_copy(text.at, text.length);
    /* An empty text has no memory of its own. */
    if (text.length > 0) free(text.at);
    return copy;
}

static char *print(const char *format, va_list values) {
    va_list again;
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    size_t room = length < 0 ? 1 : (size_t)length + 1;
    char *text = dirigent_memory_of(room);
    text[0] = 0;
    vsnprintf(text, room, format, again);
    va_end(again);
    return text;
}

char *dirigent_text(const char *format, ...) {
    va_list values;
    va_start(values, format);
    char *text = print(format, values);
    va_end(values);
    return text;
}

void dirigent_log(dirigent_level level, const char *format, ...) {
    va_list values;
    va_start(values, format);
    char *text = print(format, values);
    va_end(values);
    abi_log((int32_t)level, text, strlen(text));
    free(text);
}

static const char *failure_error, *failure_cause;

json *dirigent_fail(const char *error, const char *cause, ...) {
    va_list values;
    va_start(values, cause);
    failure_cause = print(cause, values);
    va_end(values);
    failure_error = dirigent_copy(error, strlen(error));
    return NULL;
}

json *dirigent_misfit(const char *place, const char *expected) {
    return dirigent_fail("Plugin.InvalidInput", "the input does not fit at `%s`: expected %s", place, expected);
}

bool dirigent_failure(const char **error, const char **cause) {
    *error = failure_error;
    *cause = failure_cause;
    return failure_error != NULL;
}
