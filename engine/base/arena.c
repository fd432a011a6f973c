/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, CHUNK = 64 * 1024, LARGEST_CHUNK = 1024 * 1024 };

struct chunk {
    struct chunk *next;
    size_t size, used; /* bytes after the header */
    void *memory;      /* what was allocated; the chunk begins at the first aligned place in it */
    char pad[ALIGNMENT - 2 * sizeof(void *) - 2 * sizeof(size_t)];
};

struct sp_arena {
    struct chunk *chunks; /* newest first */
    size_t size;          /* of all */
};

struct sp_arena *sp_arena_create(void) {
    return calloc(1, sizeof(struct sp_arena));
}

void sp_arena_free(struct sp_arena *arena) {
    if (!arena)
        return;
    for (struct chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk->memory);
    }
    free(arena);
}

/* Chunks grow with the arena. */
static size_t chunk_size(const struct sp_arena *arena) {
    return arena->size < CHUNK ? CHUNK : arena->size < LARGEST_CHUNK ? arena->size : LARGEST_CHUNK;
}

/* The memory comes from calloc, and pieces of it are given away once: large ones that are never written to
 * are never touched. */
static struct chunk *add_chunk(struct sp_arena *arena, size_t size) {
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t least = chunk_size(arena), bytes = sizeof(struct chunk) + (size > least ? size : least);
    char *memory = calloc(bytes + ALIGNMENT, 1);
    if (!memory)
        return NULL;
    struct chunk *chunk = (struct chunk *)(void *)(memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT));
    chunk->memory = memory;
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
