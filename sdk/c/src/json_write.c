/* JSON values to text. */
#include <string.h>

#include "internal.h"

typedef struct writer {
    char *text;
    size_t length, room;
} writer;

static void put(writer *w, const char *at, size_t length) {
    /* One byte more, for the 0 at the end. */
    if (w->room - w->length <= length) {
        w->room = (w->room + length) * 2 + 64;
        w->text = dirigent_more_memory(w->text, w->room);
    }
    memcpy(w->text + w->length, at, length);
    w->length += length;
    w->text[w->length] = 0;
}

static void put_word(writer *w, const char *word) { put(w, word, strlen(word)); }

static void put_escaped(writer *w, unsigned char c) {
    static const char hexadecimal[] = "0123456789abcdef";
    static const char meant[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *place = c == 0 ? NULL : strchr(meant, c);
    char escape[6] = {'\\', 'u', '0', '0', hexadecimal[c >> 4], hexadecimal[c & 15]};
    if (place != NULL) escape[1] = letters[place - meant];
    put(w, escape, place != NULL ? 2 : 6);
}

static void put_text(writer *w, const char *text, size_t length) {
    size_t done = 0;
    put_word(w, "\"");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        put(w, text + done, i - done);
        put_escaped(w, c);
        done = i + 1;
    }
    put(w, text + done, length - done);
    put_word(w, "\"");
}

static bool put_value(writer *w, const json *value, int depth) {
    switch (value->kind) {
    case JSON_NULL:
        put_word(w, "null");
        return true;
    case JSON_BOOLEAN:
        put_word(w, value->truth ? "true" : "false");
        return true;
    case JSON_NUMBER:
        put(w, value->text, value->length);
        return true;
    case JSON_STRING:
        put_text(w, value->text, value->length);
        return true;
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    if (depth == JSON_DEPTH) return false;
    bool object = value->kind == JSON_OBJECT;
    put_word(w, object ? "{" : "[");
    for (size_t i = 0; i < value->length; i++) {
        if (i > 0) put_word(w, ",");
        if (object) {
            put_text(w, value->names[i], strlen(value->names[i]));
            put_word(w, ":");
        }
        if (!put_value(w, value->items[i], depth + 1)) return false;
    }
    put_word(w, object ? "}" : "]");
    return true;
}

char *json_write(const json *value, size_t *length) {
    writer w = {0};
    static const json null = {.kind = JSON_NULL};
    if (!put_value(&w, value == NULL ? &null : value, 0)) return NULL;
    if (length != NULL) *length = w.length;
    return w.text;
}
