/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree.h"

#include "scenarios/tree_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_node(FILE *out, const struct sp_node *node);

/* ---- texts and keys ---- */

static void print_character(FILE *out, uint32_t character, const char *bytes, size_t length) {
    static const char escaped[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
    const char *short_form = character && character < 0x80 ? strchr(escaped, (int)character) : NULL;
    if (short_form)
        fprintf(out, "\\%c", letters[short_form - escaped]);
    else if (sp_tree_text_hidden(character))
        fprintf(out, "\\u%04X", (unsigned)character);
    else
        fwrite(bytes, 1, length, out);
}

/* A node that no parser made may hold bytes that are not UTF-8: each is printed as the replacement character.
 */
static void print_text(FILE *out, const char *text) {
    fputc('"', out);
    for (size_t left = strlen(text), length; left; left -= length, text += length) {
        uint32_t character = 0xFFFD;
        length = sp_tree_text_decode(text, left, &character);
        if (length) {
            print_character(out, character, text, length);
        } else {
            fputs("\xEF\xBF\xBD", out);
            length = 1;
        }
    }
    fputc('"', out);
}

static bool is_bare(const char *key) {
    static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return *key && key[strspn(key, bare)] == 0;
}

static void print_key(FILE *out, const char *key) {
    if (is_bare(key))
        fputs(key, out);
    else
        print_text(out, key);
}

/* ---- values ---- */

/* The fewest digits that come back as the same number; with a point or an exponent, to stay a real. */
static void print_real(FILE *out, double real) {
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, real);
        if (strtod(digits, NULL) == real) /* NOLINT: equal bits are meant */
            break;
    }
    char *comma = strchr(digits, ','); /* in the locales of half the world */
    if (comma)
        *comma = '.';
    fputs(digits, out);
    if (!strpbrk(digits, ".e"))
        fputs(".0", out);
}

static void print_array(FILE *out, const struct sp_node *array) {
    fputc('[', out);
    for (size_t i = 0; i < array->count; i++) {
        fputs(i ? ", " : "", out);
        print_node(out, array->entry[i]);
    }
    fputc(']', out);
}

static void print_inline_table(FILE *out, const struct sp_node *table) {
    fputc('{', out);
    for (size_t i = 0; i < table->count; i++) {
        fputs(i ? ", " : " ", out);
        print_key(out, table->entry[i]->key);
        fputs(" = ", out);
        print_node(out, table->entry[i]);
    }
    fputs(table->count ? " }" : "}", out);
}

static void print_node(FILE *out, const struct sp_node *node) {
    switch (node->kind) {
    case SP_NODE_TABLE:
        print_inline_table(out, node);
        break;
    case SP_NODE_ARRAY:
        print_array(out, node);
        break;
    case SP_NODE_TEXT:
        print_text(out, node->text);
        break;
    case SP_NODE_WHOLE:
        fprintf(out, "%" PRId64, node->whole);
        break;
    case SP_NODE_REAL:
        print_real(out, node->real);
        break;
    case SP_NODE_TRUTH:
        fputs(node->truth ? "true" : "false", out);
        break;
    }
}

/* ---- the tree ---- */

struct printer {
    struct sp_arena *arena;
    FILE *out;
    sp_tree_is_leaf *is_leaf;
    bool failed, started; /* out of memory; something has been printed */
};

/* The file's name without its folders: paths differ between machines, and the text must not. */
static void print_origin(FILE *out, struct sp_place place) {
    if (place.file && place.line > 0) {
        const char *slash = strrchr(place.file, '/');
        fputs("  # ", out);
        for (const char *name = slash ? slash + 1 : place.file; *name; name++)
            fputc(*name >= ' ' && *name <= '~' ? *name : '?', out);
        fprintf(out, ":%d", place.line);
    }
    fputc('\n', out);
}

/* The path of `entry` when it gets a [header] of its own, otherwise NULL. */
static char *section_path(struct printer *printer, const char *parent, const struct sp_node *entry) {
    if (entry->kind != SP_NODE_TABLE)
        return NULL;
    char *path = sp_tree_print_path(printer->arena, parent, entry->key);
    if (!path)
        printer->failed = true;
    return path && printer->is_leaf && printer->is_leaf(path, entry) ? NULL : path;
}

static void print_header(struct printer *printer, const char *path, const struct sp_node *table) {
    fprintf(printer->out, "%s[%s]", printer->started ? "\n" : "", path);
    if (table->count)
        fputc('\n', printer->out);
    else
        print_origin(printer->out, table->place); /* an empty table is a leaf of its own */
    printer->started = true;
}

static void print_line(struct printer *printer, const struct sp_node *entry) {
    print_key(printer->out, entry->key);
    fputs(" = ", printer->out);
    print_node(printer->out, entry);
    print_origin(printer->out, entry->key_place);
    printer->started = true;
}

static void print_table(struct printer *printer, const char *path, const struct sp_node *table) {
    char **section = sp_arena_array(printer->arena, table->count + 1, sizeof *section);
    if (!section) {
        printer->failed = true;
        return;
    }
    size_t sections = 0;
    for (size_t i = 0; i < table->count; i++)
        sections += (section[i] = section_path(printer, path, table->entry[i])) != NULL;
    if (*path && (sections < table->count || table->count == 0))
        print_header(printer, path, table);
    for (size_t i = 0; i < table->count; i++)
        if (!section[i])
            print_line(printer, table->entry[i]);
    for (size_t i = 0; i < table->count; i++)
        if (section[i])
            print_table(printer, section[i], table->entry[i]);
}

/* ---- into the arena ---- */

struct memory {
    char *bytes;
    size_t size;
};

/* Closes the stream and moves what it holds into the arena. NULL when out of memory. */
static char *collect(struct sp_arena *arena, FILE *out, struct memory *memory) {
    bool failed = ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    char *text = failed ? NULL : sp_arena_text_n(arena, memory->bytes, memory->size);
    free(memory->bytes);
    return text;
}

char *sp_tree_print(struct sp_arena *arena, const struct sp_node *root, sp_tree_is_leaf *is_leaf) {
    struct memory memory = {0};
    struct printer printer = {.arena = arena, .is_leaf = is_leaf};
    printer.out = open_memstream(&memory.bytes, &memory.size);
    if (!printer.out)
        return NULL;
    print_table(&printer, "", root);
    char *text = collect(arena, printer.out, &memory);
    return printer.failed ? NULL : text;
}

char *sp_tree_print_value(struct sp_arena *arena, const struct sp_node *node) {
    struct memory memory = {0};
    FILE *out = open_memstream(&memory.bytes, &memory.size);
    if (!out)
        return NULL;
    print_node(out, node);
    return collect(arena, out, &memory);
}

char *sp_tree_print_path(struct sp_arena *arena, const char *parent, const char *key) {
    if (is_bare(key))
        return sp_arena_format(arena, "%s%s%s", parent, *parent ? "." : "", key);
    struct memory memory = {0};
    FILE *out = open_memstream(&memory.bytes, &memory.size);
    if (!out)
        return NULL;
    fprintf(out, "%s%s", parent, *parent ? "." : "");
    print_text(out, key);
    return collect(arena, out, &memory);
}
