/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Large arrays of which little is ever written: zeroed memory that comes from the system page by page, each
 * when it is touched. (calloc gives memory that was used before, too, and writes zeros into all of it.)
 */
#ifndef SP_ENGINE_BASE_PAGES_H
#define SP_ENGINE_BASE_PAGES_H

#include <stddef.h>

/* `count` zeroed items of `size` bytes, aligned to a page. NULL when out of memory or when the product
 * overflows. */
void *sp_pages_create(size_t count, size_t size);

/* Gives back what was made with the same numbers. NULL is allowed. */
void sp_pages_free(void *pages, size_t count, size_t size);

#endif
