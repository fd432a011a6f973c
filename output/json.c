/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/json.h"

#include "engine/base/error.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *number(double value) {
    if (isinf(value))
        return json_string(value > 0 ? "inf" : "-inf");
    return isfinite(value) ? json_real(value) : json_null();
}

/* Every byte beyond ASCII becomes U+FFFD: a text that is not UTF-8 has no better reading. */
static json_t *repaired(const char *text) {
    char *copy = malloc(3 * strlen(text) + 1), *to = copy;
    for (const unsigned char *c = (const unsigned char *)text; copy && *c; c++) {
        if (*c < 0x80) {
            *to++ = (char)*c;
        } else {
            memcpy(to, "\xef\xbf\xbd", 3);
            to += 3;
        }
    }
    json_t *value = copy ? json_stringn(copy, (size_t)(to - copy)) : NULL;
    free(copy);
    return value;
}

static json_t *text_or_null(const char *text) {
    json_t *value = text ? json_string(text) : json_null();
    return value ? value : repaired(text);
}

int sp_json_row(const struct sp_row *row, char **text) {
    json_t *object = json_object();
    int error = json_object_set_new(object, "variant", text_or_null(row->variant)) ||
                json_object_set_new(object, "metric", text_or_null(row->metric)) ||
                json_object_set_new(object, "time", text_or_null(row->time)) ||
                json_object_set_new(object, "tier", text_or_null(row->tier)) ||
                json_object_set_new(object, "statistic", text_or_null(row->statistic)) ||
                json_object_set_new(object, "value", number(row->value)) ||
                json_object_set_new(object, "se", number(row->se)) ||
                json_object_set_new(object, "unit", text_or_null(row->unit));
    *text = error ? NULL : json_dumps(object, JSON_REAL_PRECISION(17));
    json_decref(object);
    return *text ? 0 : SP_ERROR_RESOURCES;
}
