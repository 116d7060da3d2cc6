/* Buckets of the host's own store, by wasi:keyvalue. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char *told(const abi_kv_error *error) {
    static const char *const kinds[] = {"there is no such bucket", "access to the bucket is denied"};
    return error->kind < 2 ? kinds[error->kind] : dirigent_from_host(error->message);
}

const char *dirigent_open(const char *name, dirigent_bucket *bucket) {
    abi_kv_handle result;
    abi_kv_open(name, strlen(name), &result);
    if (result.failed) return told(&result.error);
    bucket->handle = result.handle;
    return NULL;
}

const char *dirigent_get(dirigent_bucket bucket, const char *key, char **value, size_t *length) {
    abi_kv_value result;
    *value = NULL;
    *length = 0;
    abi_kv_get(bucket.handle, key, strlen(key), &result);
    if (result.failed) return told(&result.error);
    if (!result.value.some) return NULL;
    *length = result.value.text.length;
    *value = dirigent_from_host(result.value.text);
    return NULL;
}

const char *dirigent_set(dirigent_bucket bucket, const char *key, const void *value, size_t length) {
    abi_kv_done result;
    abi_kv_set(bucket.handle, key, strlen(key), value, length, &result);
    return result.failed ? told(&result.error) : NULL;
}

const char *dirigent_delete(dirigent_bucket bucket, const char *key) {
    abi_kv_done result;
    abi_kv_delete(bucket.handle, key, strlen(key), &result);
    return result.failed ? told(&result.error) : NULL;
}

const char *dirigent_exists(dirigent_bucket bucket, const char *key, bool *exists) {
    abi_kv_bool result;
    abi_kv_exists(bucket.handle, key, strlen(key), &result);
    if (result.failed) return told(&result.error);
    *exists = result.value != 0;
    return NULL;
}

const char *dirigent_increment(dirigent_bucket bucket, const char *key, uint64_t delta, uint64_t *value) {
    abi_kv_number result;
    abi_kv_increment(bucket.handle, key, strlen(key), delta, &result);
    if (result.failed) return told(&result.error);
    *value = result.value;
    return NULL;
}

const char *dirigent_keys(dirigent_bucket bucket, json **keys) {
    abi_kv_keys result = {.page = {.more = 0, .cursor = 0}};
    *keys = json_array();
    do {
        abi_kv_list(bucket.handle, result.page.more, result.page.cursor, &result);
        if (result.failed) return told(&result.error);
        abi_text *names = result.page.keys.at;
        for (size_t i = 0; i < result.page.keys.length; i++) json_push(*keys, json_new_bytes(names[i].at, names[i].length));
    } while (result.page.more);
    return NULL;
}
