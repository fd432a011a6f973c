/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/output/sample.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUARTERS = 5, METRICS = 4, TIERS = 3, VARIANTS = 2, KEPT = 7, INPUTS = 2 };

/* Numbers of no pattern, the same in every run. */
static double ugly(void) {
    static const double seed[] = {2.385, -17.0625, 1e-7 / 3, 48213.77, 0.1};
    static unsigned calls;
    calls++;
    return seed[calls % 5] * (1 + 0.37 * (calls % 11)) + calls / 7.0;
}

static struct sp_estimate *estimates(struct sp_arena *arena, size_t count) {
    struct sp_estimate *estimate = sp_arena_array(arena, count, sizeof *estimate);
    for (size_t i = 0; i < count; i++)
        estimate[i] = (struct sp_estimate){ugly(), i % 16 == 4 ? NAN : fabs(ugly()) / 1000};
    return estimate;
}

static void make_metrics(struct sp_result *result) {
    static struct sp_metric metric[METRICS] = {
        {.name = "cash",
         .unit = "USD",
         .sentence = "Cash at the end.",
         .kind = SP_STOCK,
         .placeholders = "start.cash"},
        {.name = "cost.ai",
         .unit = "USD",
         .sentence = "Cost of AI.",
         .kind = SP_FLOW,
         .adverse = SP_HIGH,
         .account = "cogs.ai"},
        {.name = "gross_margin",
         .unit = "1",
         .sentence = "Share of revenue left.",
         .kind = SP_RATIO,
         .undefined_when = "revenue <= 0"},
        {.name = "cost.voice",
         .unit = "USD",
         .sentence = "Cost of voice: \xc3\xa9t\xc3\xa9.",
         .kind = SP_FLOW,
         .adverse = SP_HIGH},
    };
    result->metrics = METRICS;
    result->metric = sp_arena_array(result->arena, METRICS, sizeof *metric);
    memcpy(result->metric, metric, sizeof metric);
}

static void make_axes(struct sp_result *result) {
    static const char *label[SP_AXES][QUARTERS] = {
        {"2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1"}, {"2026", "2027"}, {"2026Q1..2027Q1"}};
    static int last_day[SP_AXES][QUARTERS] = {{20543, 20634, 20726, 20818, 20908}, {20818, 20908}, {20908}};
    static int quarters[SP_AXES][QUARTERS] = {{1, 1, 1, 1, 1}, {4, 1}, {5}};
    static const char *const name[SP_AXES] = {"quarter", "fiscal_year", "horizon"};
    static const size_t count[SP_AXES] = {QUARTERS, 2, 1};
    for (int a = 0; a < SP_AXES; a++)
        result->axis[a] = (struct sp_axis){name[a], count[a], label[a], last_day[a], quarters[a]};
}

static void make_category(struct sp_result *result) {
    static const char *label[TIERS] = {"Current", "Scaled", "Global"};
    static size_t metric[] = {2, 0};
    static struct sp_category_view category = {"tier", TIERS, label, 2, metric};
    result->categories = 1;
    result->category = &category;
}

static void make_origins(struct sp_result *result) {
    static struct sp_origin origin[] = {
        {.key = "growth.rate_first",
         .value = "{ p10 = 0.75 }",
         .unit = "1/quarter",
         .file = "moderate.toml",
         .line = 17,
         .given = true,
         .row = "m.1",
         .source = "a book",
         .grade = "J",
         .note = "\xe2\x82\xac \"quoted\"",
         .owner = "x",
         .as_of = "2026-01-02",
         .fits = "milestones.*.users"},
        {.key = "start.cash", .value = "1_500_000", .unit = "USD", .file = "default", .placeholder = true},
    };
    result->origins = 2;
    result->origin = origin;
}

static struct sp_histogram_view *make_histograms(struct sp_arena *arena, size_t times) {
    struct sp_histogram_view *view = sp_arena_array(arena, METRICS * times, sizeof *view);
    for (size_t i = 0; i < METRICS * times; i++) {
        view[i].bins = i / times == 3 ? 0 : 3 + i % 4;
        view[i].atoms = i / times == 1 ? 0 : 1 + i % 2;
        view[i].edge = sp_arena_array(arena, view[i].bins + 1, sizeof(double));
        view[i].count = sp_arena_array(arena, view[i].bins + 1, sizeof(uint64_t));
        view[i].atom = sp_arena_array(arena, view[i].atoms + 1, sizeof(double));
        view[i].atom_count = sp_arena_array(arena, view[i].atoms + 1, sizeof(uint64_t));
        for (size_t j = 0; j <= view[i].bins; j++)
            view[i].edge[j] = (double)j * 2.385 - 1;
        for (size_t j = 0; j < view[i].bins; j++)
            view[i].count[j] = 1000003 * (i + j);
        for (size_t j = 0; j < view[i].atoms; j++) {
            view[i].atom[j] = (double)j * 0.1;
            view[i].atom_count[j] = UINT64_C(1) << (40 + j);
        }
    }
    return view;
}

static struct sp_passage_view *make_passage(struct sp_arena *arena) {
    struct sp_passage_view *passage = sp_arena_array(arena, 1, sizeof *passage);
    passage->occupancy = estimates(arena, QUARTERS * TIERS);
    passage->entry = estimates(arena, TIERS * (QUARTERS + 1));
    passage->dwell = estimates(arena, TIERS * (QUARTERS + 1));
    passage->quarters = estimates(arena, TIERS);
    passage->still_inside = estimates(arena, TIERS);
    passage->skipped = estimates(arena, TIERS);
    passage->fell_back = estimates(arena, TIERS);
    for (size_t q = 0; q < QUARTERS; q++)
        passage->occupancy[q * TIERS + 2].value = 0; /* nobody is ever in the last tier */
    passage->quarters[2].value = 0;
    return passage;
}

static double *make_kept(struct sp_arena *arena, size_t count) {
    double *kept = sp_arena_array(arena, count, sizeof *kept);
    for (size_t i = 0; i < count; i++)
        kept[i] = i % 13 == 5 ? NAN : ugly();
    return kept;
}

static void make_variant(struct sp_result *result, struct sp_variant_result *variant, const char *name,
                         bool plain) {
    static struct sp_count_view count[] = {{"churn.monthly", "held to its bounds", 12345678901234},
                                           {"growth.users_raised", "raised", 0}};
    struct sp_arena *arena = result->arena;
    variant->name = name;
    for (int a = 0; a < SP_AXES; a++)
        variant->estimate[a] = estimates(arena, METRICS * result->axis[a].count * SP_STATISTICS);
    variant->by_category = sp_arena_array(arena, 1, sizeof *variant->by_category);
    variant->by_category[0] = estimates(arena, 2 * TIERS * SP_STATISTICS);
    if (plain)
        return;
    for (int a = 0; a < SP_AXES; a++)
        variant->histogram[a] = make_histograms(arena, result->axis[a].count);
    variant->passage = make_passage(arena);
    variant->counts = 2;
    variant->count = count;
    variant->kept = make_kept(arena, METRICS * QUARTERS * KEPT);
    variant->kept_input = make_kept(arena, INPUTS * KEPT);
}

struct sp_result *sample_create(bool plain) {
    static const char *input[] = {"growth.rate_first", "ai.cost_paid"};
    struct sp_arena *arena = sp_arena_create();
    struct sp_result *result = sp_arena_array(arena, 1, sizeof *result);
    *result = (struct sp_result){.arena = arena,
                                 .name = "sample",
                                 .title = "A sample, \xc3\xbc",
                                 .currency = "USD",
                                 .program_version = "0.1.2",
                                 .scenario_text = "name = \"sample\"\n[growth]\n",
                                 .scenario_files = "moderate.toml\n--set a=1\n",
                                 .seed = UINT64_MAX,
                                 .paths = 262144,
                                 .batch = 16384,
                                 .stream_version = 1,
                                 .table_hash = 0x0123456789abcdef,
                                 .fingerprint = UINT64_C(0xfedcba9876543210),
                                 .sampler = "mc"};
    make_metrics(result);
    make_axes(result);
    make_category(result);
    make_origins(result);
    if (!plain) {
        result->kept_paths = KEPT;
        result->inputs = INPUTS;
        result->input = input;
    }
    result->variants = VARIANTS;
    result->variant = sp_arena_array(arena, VARIANTS, sizeof *result->variant);
    make_variant(result, &result->variant[0], "base", plain);
    make_variant(result, &result->variant[1], "ai_twice", plain);
    return result;
}

/* --- equality --- */

static bool same_text(const char *a, const char *b) {
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static bool same_bytes(const void *a, const void *b, size_t size) {
    return (!a && !b) || (a && b && memcmp(a, b, size) == 0);
}

static bool same_labels(const char **a, const char **b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!same_text(a[i], b[i]))
            return false;
    return true;
}

static bool same_metric(const struct sp_metric *a, const struct sp_metric *b) {
    return same_text(a->name, b->name) && same_text(a->unit, b->unit) &&
           same_text(a->sentence, b->sentence) && a->kind == b->kind && a->adverse == b->adverse &&
           same_text(a->undefined_when, b->undefined_when) && same_text(a->account, b->account) &&
           same_text(a->placeholders, b->placeholders);
}

static bool same_origin(const struct sp_origin *a, const struct sp_origin *b) {
    return same_text(a->key, b->key) && same_text(a->value, b->value) && same_text(a->unit, b->unit) &&
           same_text(a->file, b->file) && a->line == b->line && a->given == b->given &&
           a->placeholder == b->placeholder && same_text(a->row, b->row) && same_text(a->source, b->source) &&
           same_text(a->grade, b->grade) && same_text(a->note, b->note) && same_text(a->owner, b->owner) &&
           same_text(a->as_of, b->as_of) && same_text(a->fits, b->fits);
}

static bool same_axis(const struct sp_axis *a, const struct sp_axis *b) {
    return same_text(a->name, b->name) && a->count == b->count && same_labels(a->label, b->label, a->count) &&
           same_bytes(a->last_day, b->last_day, a->count * sizeof(int)) &&
           same_bytes(a->quarters, b->quarters, a->count * sizeof(int));
}

static bool same_histogram(const struct sp_histogram_view *a, const struct sp_histogram_view *b) {
    return a->bins == b->bins && a->atoms == b->atoms &&
           (!a->bins || same_bytes(a->edge, b->edge, (a->bins + 1) * 8)) &&
           (!a->bins || same_bytes(a->count, b->count, a->bins * 8)) &&
           (!a->atoms || same_bytes(a->atom, b->atom, a->atoms * 8)) &&
           (!a->atoms || same_bytes(a->atom_count, b->atom_count, a->atoms * 8));
}

static bool same_histograms(const struct sp_histogram_view *a, const struct sp_histogram_view *b,
                            size_t count) {
    if (!a || !b)
        return !a && !b;
    for (size_t i = 0; i < count; i++)
        if (!same_histogram(&a[i], &b[i]))
            return false;
    return true;
}

static bool same_passage(const struct sp_passage_view *a, const struct sp_passage_view *b, size_t tiers,
                         size_t quarters) {
    const size_t each = sizeof(struct sp_estimate);
    if (!a)
        return !b || !b->occupancy;
    return same_bytes(a->occupancy, b->occupancy, quarters * tiers * each) &&
           same_bytes(a->entry, b->entry, tiers * (quarters + 1) * each) &&
           same_bytes(a->dwell, b->dwell, tiers * (quarters + 1) * each) &&
           same_bytes(a->quarters, b->quarters, tiers * each) &&
           same_bytes(a->still_inside, b->still_inside, tiers * each) &&
           same_bytes(a->skipped, b->skipped, tiers * each) &&
           same_bytes(a->fell_back, b->fell_back, tiers * each);
}

static bool same_counts(const struct sp_variant_result *a, const struct sp_variant_result *b) {
    for (size_t i = 0; i < a->counts && a->counts == b->counts; i++)
        if (!same_text(a->count[i].name, b->count[i].name) ||
            !same_text(a->count[i].sentence, b->count[i].sentence) || a->count[i].count != b->count[i].count)
            return false;
    return a->counts == b->counts;
}

static bool same_variant(const struct sp_result *r, const struct sp_variant_result *a,
                         const struct sp_variant_result *b) {
    const size_t each = SP_STATISTICS * sizeof(struct sp_estimate);
    for (int i = 0; i < SP_AXES; i++)
        if (!same_bytes(a->estimate[i], b->estimate[i], r->metrics * r->axis[i].count * each) ||
            !same_histograms(a->histogram[i], b->histogram[i], r->metrics * r->axis[i].count))
            return false;
    const struct sp_category_view *tier = &r->category[0];
    size_t quarters = r->axis[SP_AXIS_QUARTER].count;
    return same_text(a->name, b->name) && same_counts(a, b) &&
           same_bytes(a->by_category[0], b->by_category[0], tier->metrics * tier->labels * each) &&
           same_passage(a->passage, b->passage, tier->labels, quarters) &&
           same_bytes(a->kept, b->kept, r->metrics * quarters * r->kept_paths * 8) &&
           same_bytes(a->kept_input, b->kept_input, r->inputs * r->kept_paths * 8);
}

static bool same_head(const struct sp_result *a, const struct sp_result *b) {
    return same_text(a->name, b->name) && same_text(a->title, b->title) &&
           same_text(a->currency, b->currency) && same_text(a->program_version, b->program_version) &&
           same_text(a->scenario_text, b->scenario_text) && same_text(a->scenario_files, b->scenario_files) &&
           a->seed == b->seed && a->paths == b->paths && a->batch == b->batch &&
           a->stream_version == b->stream_version && a->table_hash == b->table_hash &&
           a->fingerprint == b->fingerprint && same_text(a->sampler, b->sampler) &&
           a->metrics == b->metrics && a->categories == b->categories && a->variants == b->variants &&
           a->kept_paths == b->kept_paths && a->inputs == b->inputs && a->origins == b->origins;
}

static bool same_category(const struct sp_category_view *a, const struct sp_category_view *b) {
    return same_text(a->name, b->name) && a->labels == b->labels &&
           same_labels(a->label, b->label, a->labels) && a->metrics == b->metrics &&
           same_bytes(a->metric, b->metric, a->metrics * sizeof(size_t));
}

bool sample_equal(const struct sp_result *a, const struct sp_result *b) {
    bool same = same_head(a, b);
    for (size_t i = 0; same && i < a->metrics; i++)
        same = same_metric(&a->metric[i], &b->metric[i]);
    for (size_t i = 0; same && i < a->origins; i++)
        same = same_origin(&a->origin[i], &b->origin[i]);
    for (size_t i = 0; same && i < a->categories; i++)
        same = same_category(&a->category[i], &b->category[i]);
    for (int i = 0; same && i < SP_AXES; i++)
        same = same_axis(&a->axis[i], &b->axis[i]);
    for (size_t i = 0; same && i < a->variants; i++)
        same = same_variant(a, &a->variant[i], &b->variant[i]);
    return same && same_labels(a->input, b->input, a->inputs);
}

/* --- files --- */

char *sample_folder(void) {
    char *folder = strdup("/tmp/scalepath-output-XXXXXX");
    if (!folder || !mkdtemp(folder))
        abort();
    return folder;
}

const char *sample_path(const char *folder, const char *name) {
    static char path[4][1024];
    static unsigned next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}

/* Everything in it is a file, a link or an empty folder. */
static int each_file(const char *folder, bool removed) {
    DIR *list = opendir(folder);
    int count = 0;
    for (struct dirent *entry; list && (entry = readdir(list));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        const char *path = sample_path(folder, entry->d_name);
        if (removed && unlink(path))
            rmdir(path);
    }
    if (list)
        closedir(list);
    return count;
}

void sample_remove(char *folder) {
    each_file(folder, true);
    rmdir(folder);
    free(folder);
}

int sample_files(const char *folder) {
    return each_file(folder, false);
}

unsigned char *sample_read(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size + 1);
    if (!bytes || fread(bytes, 1, *size, file) != *size)
        abort();
    fclose(file);
    return bytes;
}

void sample_write(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
        abort();
}
