/* JSON text to values (RFC 8259). */
#include <string.h>

#include "internal.h"

typedef struct reader {
    const char *start, *at, *end;
    const char *problem;
    int depth;
} reader;

static json *read_value(reader *r);

static void *bad(reader *r, const char *problem) {
    if (r->problem == NULL) r->problem = dirigent_text("%s at byte %zu", problem, (size_t)(r->at - r->start));
    return NULL;
}

static void skip_space(reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

static bool next_is(reader *r, char c) {
    skip_space(r);
    if (r->at >= r->end || *r->at != c) return false;
    r->at++;
    return true;
}

static bool word(reader *r, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0) return false;
    r->at += length;
    return true;
}

static size_t digits(reader *r) {
    const char *start = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
    return (size_t)(r->at - start);
}

static json *read_number(reader *r) {
    const char *start = r->at;
    word(r, "-");
    bool zero = r->at < r->end && *r->at == '0';
    size_t whole = digits(r);
    if (whole == 0 || (zero && whole > 1)) return bad(r, "no value");
    if (word(r, ".") && digits(r) == 0) return bad(r, "a number without digits behind its point");
    if (word(r, "e") || word(r, "E")) {
        if (!word(r, "-")) word(r, "+");
        if (digits(r) == 0) return bad(r, "a number without digits in its exponent");
    }
    json *value = json_new_bytes(start, (size_t)(r->at - start));
    value->kind = JSON_NUMBER;
    return value;
}

static bool read_unit(reader *r, unsigned *unit) {
    *unit = 0;
    if (r->end - r->at < 4) return false;
    for (int i = 0; i < 4; i++, r->at++) {
        char c = *r->at;
        unsigned digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
        if (digit == 16) return false;
        *unit = *unit * 16 + digit;
    }
    return true;
}

/* Half of a surrogate pair alone stands for no character: U+FFFD takes its place. */
static char *put_unit(reader *r, char *out) {
    unsigned c, low;
    if (!read_unit(r, &c)) return bad(r, "\\u without four hexadecimal digits");
    if (c >= 0xD800 && c < 0xDC00) {
        const char *before = r->at;
        if (word(r, "\\u") && read_unit(r, &low) && low >= 0xDC00 && low < 0xE000)
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        else
            r->at = before, c = 0xFFFD;
    } else if (c >= 0xDC00 && c < 0xE000) {
        c = 0xFFFD;
    }
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

static char *put_escape(reader *r, char *out) {
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char letter = r->at < r->end ? *r->at++ : 0;
    if (letter == 'u') return put_unit(r, out);
    const char *place = letter == 0 ? NULL : strchr(letters, letter);
    if (place == NULL) return bad(r, "an escape that JSON does not know");
    *out++ = meant[place - letters];
    return out;
}

/* Behind the opening quote. An escape is never shorter than what it stands for, so the text is room enough. */
static char *read_text(reader *r, size_t *length) {
    const char *close = r->at;
    while (close < r->end && *close != '"') close += *close == '\\' ? 2 : 1;
    if (close >= r->end) return bad(r, "a string without an end");
    char *text = dirigent_memory_of((size_t)(close - r->at) + 1), *out = text;
    while (*r->at != '"') {
        if ((unsigned char)*r->at < 0x20) return bad(r, "a control character in a string");
        if (*r->at != '\\') {
            *out++ = *r->at++;
            continue;
        }
        r->at++;
        out = put_escape(r, out);
        if (out == NULL) return NULL;
    }
    r->at++;
    *out = 0;
    *length = (size_t)(out - text);
    return text;
}

static json *read_array(reader *r) {
    json *array = json_array();
    if (next_is(r, ']')) return array;
    do {
        json *item = read_value(r);
        if (item == NULL) return NULL;
        json_push(array, item);
    } while (next_is(r, ','));
    return next_is(r, ']') ? array : bad(r, "neither `,` nor `]`");
}

/* All members in their order, also two of one name: looking for it here would take the square of their number. */
static bool read_member(reader *r, json *object) {
    size_t length;
    if (!next_is(r, '"')) return bad(r, "no name of a member");
    char *name = read_text(r, &length);
    if (name == NULL) return false;
    if (!next_is(r, ':')) return bad(r, "no `:`");
    json *value = read_value(r);
    if (value == NULL) return false;
    dirigent_add(object, name, value);
    return true;
}

static json *read_object(reader *r) {
    json *object = json_object();
    if (next_is(r, '}')) return object;
    do {
        if (!read_member(r, object)) return NULL;
    } while (next_is(r, ','));
    return next_is(r, '}') ? object : bad(r, "neither `,` nor `}`");
}

static json *read_string(reader *r) {
    size_t length;
    char *text = read_text(r, &length);
    return text == NULL ? NULL : json_new_bytes(text, length);
}

static json *read_nested(reader *r, json *(*read)(reader *)) {
    if (r->depth == JSON_DEPTH) return bad(r, "too many values inside of each other");
    r->at++;
    r->depth++;
    json *value = read(r);
    r->depth--;
    return value;
}

static json *read_value(reader *r) {
    skip_space(r);
    if (r->at >= r->end) return bad(r, "no value");
    switch (*r->at) {
    case '{':
        return read_nested(r, read_object);
    case '[':
        return read_nested(r, read_array);
    case '"':
        r->at++;
        return read_string(r);
    }
    if (word(r, "null")) return json_null();
    if (word(r, "true")) return json_new_truth(true);
    if (word(r, "false")) return json_new_truth(false);
    return read_number(r);
}

json *json_parse(const char *text, size_t length, const char **problem) {
    reader r = {text, text, text + length, NULL, 0};
    json *value = read_value(&r);
    skip_space(&r);
    if (value != NULL && r.at < r.end) value = bad(&r, "more behind the value");
    if (problem != NULL) *problem = r.problem;
    return value;
}
