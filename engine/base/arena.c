/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/arena.h"

#include "engine/base/pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, CHUNK = 64 * 1024, LARGEST_CHUNK = 1024 * 1024 };

struct chunk {
    struct chunk *next;
    size_t size, used; /* bytes after the header */
    void *memory;      /* what was allocated; the chunk begins at the first aligned place in it */
    size_t bytes;      /* of it */
    char pad[ALIGNMENT - 2 * sizeof(void *) - 3 * sizeof(size_t)];
};

struct sp_arena {
    struct chunk *chunks; /* newest first */
    size_t size;          /* of all */
    bool is_large;        /* chunks are made of large pages */
};

struct sp_arena *sp_arena_create(void) {
    return calloc(1, sizeof(struct sp_arena));
}

struct sp_arena *sp_arena_create_large(void) {
    struct sp_arena *arena = sp_arena_create();
    if (arena)
        arena->is_large = true;
    return arena;
}

static void free_memory(const struct sp_arena *arena, const struct chunk *chunk) {
    if (arena->is_large)
        sp_pages_free(chunk->memory, chunk->bytes, 1);
    else
        free(chunk->memory);
}

void sp_arena_free(struct sp_arena *arena) {
    if (!arena)
        return;
    for (struct chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free_memory(arena, chunk);
    }
    free(arena);
}

/* Chunks grow with the arena, and consist of whole pages where these are large. */
static size_t chunk_size(const struct sp_arena *arena, size_t size) {
    size_t least = arena->size < CHUNK ? CHUNK : arena->size < LARGEST_CHUNK ? arena->size : LARGEST_CHUNK;
    size_t bytes = sizeof(struct chunk) + (size > least ? size : least);
    return arena->is_large ? (bytes + SP_PAGES_LARGE - 1) / SP_PAGES_LARGE * SP_PAGES_LARGE : bytes;
}

/* Plain memory comes from calloc, and pieces of it are given away once: large ones that are never written to
 * are never touched. */
static struct chunk *add_chunk(struct sp_arena *arena, size_t size) {
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t alignment = arena->is_large ? SP_PAGES_LARGE : ALIGNMENT, bytes = chunk_size(arena, size);
    char *memory =
        arena->is_large ? sp_pages_create_large(bytes + alignment, 1) : calloc(bytes + alignment, 1);
    if (!memory)
        return NULL;
    struct chunk *chunk = (struct chunk *)(void *)(memory + (alignment - (uintptr_t)memory % alignment));
    chunk->memory = memory;
    chunk->bytes = bytes + alignment;
    chunk->next = arena->chunks;
    chunk->size = bytes - sizeof(struct chunk);
    chunk->used = 0;
    arena->chunks = chunk;
    arena->size += chunk->size;
    return chunk;
}

void *sp_arena_array(struct sp_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < bytes)
        chunk = add_chunk(arena, bytes);
    if (!chunk)
        return NULL;
    void *piece = (char *)(chunk + 1) + chunk->used;
    chunk->used += bytes;
    return piece;
}

char *sp_arena_text_n(struct sp_arena *arena, const char *text, size_t length) {
    char *copy = text ? sp_arena_array(arena, length + 1, 1) : NULL;
    return copy ? memcpy(copy, text, length) : NULL;
}

char *sp_arena_text(struct sp_arena *arena, const char *text) {
    return text ? sp_arena_text_n(arena, text, strlen(text)) : NULL;
}

char *sp_arena_format(struct sp_arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : sp_arena_array(arena, (size_t)length + 1, 1);
    if (!text)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

/* The capacity is not stored: it is the power of two at or above the count, at least 8. */
static int is_full(size_t count) {
    return count == 0 || (count >= 8 && (count & (count - 1)) == 0);
}

void *sp_arena_append(struct sp_arena *arena, void *items, size_t *count, size_t size) {
    char **list = items;
    if (is_full(*count)) {
        char *larger = sp_arena_array(arena, *count ? 2 * *count : 8, size);
        if (!larger)
            return NULL;
        if (*count)
            memcpy(larger, *list, *count * size);
        *list = larger;
    }
    return *list + (*count)++ * size;
}
