/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/suggest.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const known[] = {"churn_monthly", "conversion", "users",
                                    "price",         "rate_first", "rate_last"};

struct suggestion {
    const char *word, *expected; /* "" for none */
};

static const struct suggestion suggestions[] = {
    {"prcie", "price"},
    {"pric", "price"},
    {"price", "price"},
    {"Users", "users"},
    {"usres", "users"},
    {"user", "users"},
    {"churn", ""},
    {"churnmonthly", "churn_monthly"},
    {"convresoin", "conversion"},
    {"rate_frst", "rate_first"},
    {"rate_xirst", "rate_first"},
    {"xyz", ""},
    {"", ""},
    {"prices_all", ""},
};

Test(suggest, nearest_known_word) {
    for (size_t i = 0; i < sizeof suggestions / sizeof *suggestions; i++) {
        const char *found = sp_suggest_nearest(suggestions[i].word, known, sizeof known / sizeof *known);
        cr_expect_str_eq(found ? found : "", suggestions[i].expected, "%s -> %s", suggestions[i].word,
                         found ? found : "nothing");
    }
}

Test(suggest, long_words_and_empty_lists) {
    char word[200];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = 0;
    const char *const list[] = {word};
    cr_expect_null(sp_suggest_nearest(word, list, 1));
    cr_expect_null(sp_suggest_nearest("users", list, 1));
    cr_expect_null(sp_suggest_nearest("users", NULL, 0));
}
