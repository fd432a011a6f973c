/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

/* At least one byte. */
static size_t bytes_of(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return SIZE_MAX;
    return bytes > 0 ? bytes : 1;
}

void *sp_pages_create(size_t count, size_t size) {
    size_t bytes = bytes_of(count, size);
    if (bytes == SIZE_MAX)
        return NULL;
    void *pages =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void sp_pages_free(void *pages, size_t count, size_t size) {
    if (pages)
        munmap(pages, bytes_of(count, size));
}
