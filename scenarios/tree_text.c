/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree_text.h"

#include <string.h>

struct range {
    uint32_t first, last;
    const char *advice;
};

static const struct range hidden[] = {
    {0x0000, 0x0008, "a control character: remove it"},
    {0x000B, 0x001F, "a control character: remove it"},
    {0x007F, 0x009F, "a control character: remove it"},
    {0x061C, 0x061C, "an invisible mark that reorders text: remove it"},
    {0x200E, 0x200F, "an invisible mark that reorders text: remove it"},
    {0x2028, 0x2029, "an invisible line end: type a line break"},
    {0x202A, 0x202E, "an invisible mark that reorders text: remove it"},
    {0x2066, 0x2069, "an invisible mark that reorders text: remove it"},
    {0xFEFF, 0xFEFF, "an invisible byte order mark: remove it"},
};

static const struct range outside[] = {
    {0x00A0, 0x00A0, "a no-break space: type a plain space"},
    {0x00AB, 0x00AB, "a typographic quote: type \""},
    {0x00BB, 0x00BB, "a typographic quote: type \""},
    {0x2000, 0x200A, "a typographic space: type a plain space"},
    {0x200B, 0x200D, "an invisible mark: remove it"},
    {0x2010, 0x2015, "a typographic dash: type -"},
    {0x2018, 0x201B, "a typographic quote: type '"},
    {0x201C, 0x201F, "a typographic quote: type \""},
    {0x202F, 0x202F, "a no-break space: type a plain space"},
    {0x2060, 0x2060, "an invisible mark: remove it"},
    {0x2212, 0x2212, "a typographic minus: type -"},
    {0x3000, 0x3000, "a wide space: type a plain space"},
    {0x0080, 0x10FFFF, "not allowed outside quotes and comments: put the key or the text in \"quotes\""},
};

static const char *look_up(const struct range *ranges, size_t count, uint32_t character) {
    for (size_t i = 0; i < count; i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return ranges[i].advice;
    return NULL;
}

const char *sp_tree_text_hidden(uint32_t character) {
    return look_up(hidden, sizeof hidden / sizeof *hidden, character);
}

const char *sp_tree_text_outside(uint32_t character) {
    return look_up(outside, sizeof outside / sizeof *outside, character);
}

/* The length that the first byte announces and the smallest character that needs it. */
static size_t announced(unsigned char first, uint32_t *bits, uint32_t *smallest) {
    static const uint32_t smallest_of[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = first < 0x80   ? 1
                    : first < 0xC0 ? 0
                    : first < 0xE0 ? 2
                    : first < 0xF0 ? 3
                    : first < 0xF8 ? 4
                                   : 0;
    *bits = length == 1 ? first : first & (0x7Fu >> length);
    *smallest = smallest_of[length];
    return length;
}

size_t sp_tree_text_decode(const char *bytes, size_t size, uint32_t *character) {
    uint32_t value, smallest;
    size_t length = announced((unsigned char)bytes[0], &value, &smallest);
    if (length == 0 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (byte & 0x3Fu);
    }
    if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *character = value;
    return length;
}

char *sp_tree_text_plain(struct sp_arena *arena, const char *bytes, size_t *size) {
    char *plain = sp_arena_array(arena, *size + 1, 1);
    if (!plain)
        return NULL;
    size_t from = *size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, length = 0;
    for (; from < *size; from++) {
        char byte = bytes[from];
        if (byte == '\r' && from + 1 < *size && bytes[from + 1] == '\n')
            continue;
        plain[length++] = byte == '\r' ? '\n' : byte;
    }
    plain[length] = 0;
    *size = length;
    return plain;
}
