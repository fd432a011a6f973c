/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/stream.h"

static struct sp_philox_counter counter_of(struct sp_stream stream, uint64_t first_path, int quarter,
                                           uint32_t index) {
    return (struct sp_philox_counter){
        .key = stream.seed,
        .group = first_path / 4,
        .quarter = (uint16_t)quarter,
        .name = stream.name,
        .index = index,
    };
}

void sp_stream_words(const struct sp_kernels *kernels, struct sp_stream stream, uint64_t first_path,
                     int quarter, uint32_t index, uint32_t *words, size_t n) {
    struct sp_philox_counter counter = counter_of(stream, first_path, quarter, index);
    kernels->philox(&counter, words, n);
}

void sp_stream_chosen_words(const struct sp_kernels *kernels, struct sp_stream stream, uint64_t first_path,
                            int quarter, uint32_t index, const uint16_t *path, uint32_t *words, size_t n) {
    struct sp_philox_counter counter = counter_of(stream, first_path, quarter, index);
    kernels->philox_chosen(&counter, path, words, n);
}
