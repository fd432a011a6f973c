/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/result.h"

#include <string.h>

static const char *const statistic_name[] = {
#define NAME(name, text, sentence) text,
    SP_STATISTIC_LIST(NAME)
#undef NAME
};

static const char *const statistic_sentence[] = {
#define SENTENCE(name, text, sentence) sentence,
    SP_STATISTIC_LIST(SENTENCE)
#undef SENTENCE
};

const char *sp_result_statistic_name(enum sp_statistic statistic) {
    return statistic_name[statistic];
}

const char *sp_result_statistic_sentence(enum sp_statistic statistic) {
    return statistic_sentence[statistic];
}

enum sp_statistic sp_result_statistic_find(const char *name) {
    int statistic = 0;
    while (statistic < SP_STATISTICS && strcmp(statistic_name[statistic], name) != 0)
        statistic++;
    return (enum sp_statistic)statistic;
}

const char *sp_result_kind_name(enum sp_metric_kind kind) {
    static const char *const name[] = {[SP_STOCK] = "stock", [SP_FLOW] = "flow", [SP_RATIO] = "ratio"};
    return name[kind];
}

const char *sp_result_side_name(enum sp_side side) {
    return side == SP_LOW ? "low" : "high";
}

size_t sp_result_kept_rows(const struct sp_result *result) {
    return result->metrics * result->axis[SP_AXIS_QUARTER].count + result->inputs;
}

void sp_result_free(struct sp_result *result) {
    if (result)
        sp_arena_free(result->arena);
}
