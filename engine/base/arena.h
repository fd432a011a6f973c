/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An arena: memory that is handed out piece by piece and given back all at once. A scenario, a plan and a
 * result are made of many small pieces with one common life, so each owns an arena and nothing else is freed.
 *
 *     struct sp_arena *arena = sp_arena_create();
 *     double *x = sp_arena_array(arena, n, sizeof *x);    (zeroed, aligned to 64 bytes; NULL: out of memory)
 *     sp_arena_free(arena);                               (NULL is allowed)
 *
 * An arena is used by one thread at a time.
 */
#ifndef SP_ENGINE_BASE_ARENA_H
#define SP_ENGINE_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct sp_arena;

struct sp_arena *sp_arena_create(void); /* NULL: out of memory */
void sp_arena_free(struct sp_arena *arena);

/* `count` zeroed items of `size` bytes, aligned to 64. NULL when out of memory or when the product overflows.
 */
void *sp_arena_array(struct sp_arena *arena, size_t count, size_t size);

/* A copy of `text` (of its first `length` bytes), ended with 0. NULL when out of memory or `text` is NULL. */
char *sp_arena_text(struct sp_arena *arena, const char *text);
char *sp_arena_text_n(struct sp_arena *arena, const char *text, size_t length);

/* printf into the arena. NULL when out of memory. */
char *sp_arena_format(struct sp_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Grows a list by one. `*items` holds `*count` items of `size` bytes (NULL and 0 at first); the array is
 * moved to double its size when full. Returns the new, zeroed item, or NULL when out of memory. */
void *sp_arena_append(struct sp_arena *arena, void *items, size_t *count, size_t size);

#endif
