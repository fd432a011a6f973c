/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree_scan.h"

#include "engine/base/error.h"
#include "scenarios/tree.h"
#include "scenarios/tree_text.h"

#include <string.h>

enum { STRANGE_MOST = 10 }; /* a file full of strange characters is told by its first ones */

enum inside { PLAIN, COMMENT, BASIC, LITERAL, BASIC_BLOCK, LITERAL_BLOCK };

struct scan {
    const char *text;
    size_t size, at;
    struct sp_place place;
    enum inside inside;
    int brackets, dots; /* open ones; dots in the key or number being read */
    int values, strange;
    struct sp_problems *problems;
};

/* No more than five mean anything, and counting more of them again and again would take long. */
static size_t quotes_here(const struct scan *scan) {
    size_t count = 0;
    while (count < 5 && scan->at + count < scan->size && scan->text[scan->at + count] == scan->text[scan->at])
        count++;
    return count;
}

/* At a quote in plain text: what opens here. Returns the bytes taken. */
static size_t open_string(struct scan *scan) {
    bool basic = scan->text[scan->at] == '"';
    bool block = quotes_here(scan) >= 3;
    scan->inside = block ? (basic ? BASIC_BLOCK : LITERAL_BLOCK) : (basic ? BASIC : LITERAL);
    return block ? 3 : 1;
}

/* A block ends with three quotes, and up to two more that belong to the string may stand before them. */
static size_t close_block(struct scan *scan) {
    size_t count = quotes_here(scan);
    if (count < 3)
        return count;
    scan->inside = PLAIN;
    return count;
}

static size_t step_plain(struct scan *scan, char byte) {
    switch (byte) {
    case '#':
        scan->inside = COMMENT;
        return 1;
    case '"':
    case '\'':
        return open_string(scan);
    case '[':
    case '{':
        scan->brackets++;
        scan->values++;
        break;
    case ']':
    case '}':
        scan->brackets -= scan->brackets > 0;
        break;
    case '.':
        scan->dots++;
        return 1;
    case '=':
    case ',':
        scan->values++;
        break;
    case '\n':
        break;
    default:
        return 1;
    }
    scan->dots = 0;
    return 1;
}

static size_t step_string(struct scan *scan, char byte) {
    bool basic = scan->inside == BASIC || scan->inside == BASIC_BLOCK;
    bool block = scan->inside == BASIC_BLOCK || scan->inside == LITERAL_BLOCK;
    if (basic && byte == '\\' && scan->at + 1 < scan->size &&
        (scan->text[scan->at + 1] == '"' || scan->text[scan->at + 1] == '\\'))
        return 2;
    if (byte == (basic ? '"' : '\'')) {
        if (block)
            return close_block(scan);
        scan->inside = PLAIN;
    } else if (byte == '\n' && !block) {
        scan->inside = PLAIN; /* a mistake, which the parser tells */
    }
    return 1;
}

/* Moves over one character, or over a few quotes. */
static size_t step(struct scan *scan, size_t length) {
    char byte = scan->text[scan->at];
    if (length > 1)
        return length;
    if (scan->inside == PLAIN)
        return step_plain(scan, byte);
    if (scan->inside != COMMENT)
        return step_string(scan, byte);
    if (byte == '\n')
        scan->inside = PLAIN;
    return 1;
}

/* Returns the length of the character here, or 0 when the scan cannot go on. */
static size_t check_character(struct scan *scan) {
    uint32_t character;
    const char *here = scan->text + scan->at;
    size_t length = sp_tree_text_decode(here, scan->size - scan->at, &character);
    if (length == 0) {
        sp_problems_add(scan->problems, SP_ERROR_SCENARIO, scan->place,
                        "byte 0x%02X is not UTF-8; save the file as UTF-8 text", (unsigned char)*here);
        return 0;
    }
    const char *advice = sp_tree_text_hidden(character);
    if (!advice && scan->inside == PLAIN)
        advice = sp_tree_text_outside(character);
    if (!advice)
        return length;
    sp_problems_add(scan->problems, SP_ERROR_SCENARIO, scan->place, "U+%04X is %s", (unsigned)character,
                    advice);
    return ++scan->strange < STRANGE_MOST ? length : 0;
}

static int check_limits(const struct scan *scan) {
    if (scan->brackets > SP_TREE_DEPTH || scan->dots > SP_TREE_DEPTH)
        return sp_problems_add(scan->problems, SP_ERROR_SCENARIO, scan->place,
                               "tables or arrays are more than %d deep inside one another", SP_TREE_DEPTH);
    if (scan->values > SP_TREE_VALUES)
        return sp_problems_add(scan->problems, SP_ERROR_SCENARIO, scan->place,
                               "the text holds more than %d values", SP_TREE_VALUES);
    return 0;
}

static void advance_place(struct scan *scan, size_t taken, size_t length) {
    if (scan->text[scan->at] == '\n') {
        scan->place.line++;
        scan->place.column = 1;
    } else {
        scan->place.column += length > 1 ? 1 : (int)taken;
    }
    scan->at += taken;
}

int sp_tree_scan(const char *file, const char *text, size_t size, struct sp_problems *problems) {
    struct scan scan = {.text = text, .size = size, .problems = problems};
    scan.place = (struct sp_place){.file = file, .line = 1, .column = 1};
    while (scan.at < size) {
        size_t length = check_character(&scan);
        if (length == 0)
            return SP_ERROR_SCENARIO;
        size_t taken = step(&scan, length);
        if (check_limits(&scan))
            return SP_ERROR_SCENARIO;
        advance_place(&scan, taken, length);
    }
    return scan.strange ? SP_ERROR_SCENARIO : 0;
}
