/* JSON values: asking them and making them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static json *made(json_kind kind) {
    json *value = dirigent_memory_of(sizeof *value);
    *value = (json){.kind = kind};
    return value;
}

static json *made_of_text(json_kind kind, const char *text, size_t length) {
    json *value = made(kind);
    value->text = dirigent_copy(text, length);
    value->length = length;
    return value;
}

json_kind json_kind_of(const json *value) { return value == NULL ? JSON_NULL : value->kind; }

static bool is(const json *value, json_kind kind) { return value != NULL && value->kind == kind; }

/* From the end, so that of two members of one name the last one counts, as in most readers of JSON. */
static bool find(const json *object, const char *name, size_t *place) {
    if (!is(object, JSON_OBJECT)) return false;
    for (size_t i = object->length; i-- > 0;) {
        if (strcmp(object->names[i], name) == 0) {
            *place = i;
            return true;
        }
    }
    return false;
}

const json *json_get(const json *object, const char *name) {
    size_t place;
    return find(object, name, &place) ? object->items[place] : NULL;
}

const json *json_at(const json *array, size_t index) {
    return is(array, JSON_ARRAY) && index < array->length ? array->items[index] : NULL;
}

size_t json_length(const json *value) { return value == NULL || value->kind == JSON_NUMBER ? 0 : value->length; }

const char *json_name_at(const json *object, size_t index) {
    return is(object, JSON_OBJECT) && index < object->length ? object->names[index] : NULL;
}

const json *json_member_at(const json *object, size_t index) {
    return is(object, JSON_OBJECT) && index < object->length ? object->items[index] : NULL;
}

const char *json_text(const json *value) { return is(value, JSON_STRING) ? value->text : NULL; }

bool json_integer(const json *value, int64_t *out) {
    if (!is(value, JSON_NUMBER) || strpbrk(value->text, ".eE") != NULL) return false;
    errno = 0;
    long long number = strtoll(value->text, NULL, 10);
    if (errno == ERANGE) return false;
    *out = number;
    return true;
}

bool json_real(const json *value, double *out) {
    if (!is(value, JSON_NUMBER)) return false;
    *out = strtod(value->text, NULL);
    return true;
}

bool json_truth(const json *value, bool *out) {
    if (!is(value, JSON_BOOLEAN)) return false;
    *out = value->truth;
    return true;
}

json *json_null(void) { return made(JSON_NULL); }

json *json_new_truth(bool truth) {
    json *value = made(JSON_BOOLEAN);
    value->truth = truth;
    return value;
}

json *json_new_integer(int64_t number) {
    char *text = dirigent_text("%lld", (long long)number);
    return made_of_text(JSON_NUMBER, text, strlen(text));
}

json *json_new_real(double number) {
    if (!isfinite(number)) return json_null();
    /* The shortest of the forms that read back as the same number. */
    for (int digits = 15;; digits++) {
        char *text = dirigent_text("%.*g", digits, number);
        if (digits == 17 || strtod(text, NULL) == number) return made_of_text(JSON_NUMBER, text, strlen(text));
    }
}

json *json_new_text(const char *text) { return json_new_bytes(text, strlen(text)); }

json *json_new_bytes(const char *text, size_t length) { return made_of_text(JSON_STRING, text, length); }

json *json_array(void) { return made(JSON_ARRAY); }

json *json_object(void) { return made(JSON_OBJECT); }

static void make_room(json *value) {
    if (value->length < value->room) return;
    value->room = value->room == 0 ? 4 : value->room * 2;
    value->items = dirigent_more_memory(value->items, value->room * sizeof *value->items);
    if (value->kind == JSON_OBJECT)
        value->names = dirigent_more_memory(value->names, value->room * sizeof *value->names);
}

void dirigent_add(json *container, char *name, const json *value) {
    make_room(container);
    if (name != NULL) container->names[container->length] = name;
    container->items[container->length++] = value == NULL ? json_null() : value;
}

json *json_push(json *array, const json *value) {
    if (is(array, JSON_ARRAY)) dirigent_add(array, NULL, value);
    return array;
}

json *json_set(json *object, const char *name, const json *value) {
    if (!is(object, JSON_OBJECT)) return object;
    size_t place;
    if (find(object, name, &place))
        object->items[place] = value == NULL ? json_null() : value;
    else
        dirigent_add(object, dirigent_copy(name, strlen(name)), value);
    return object;
}
