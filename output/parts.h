/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of a result file. Each is one file of source that knows both directions: `put` adds its groups
 * and arrays to a document, `get` finds them there and fills the result. README.md in this folder describes
 * them all; a name is written in one file only.
 *
 * `get` trusts shapes only (so that it never reads beyond an array); whether names, units, attributes and
 * values are right is settled afterwards, by putting the result into a second document that must be equal
 * (reader.c). What it allocates lives in the document's arena, which becomes the result's. A failure is a
 * complaint in the document; then everything left is skipped.
 */
#ifndef SP_OUTPUT_PARTS_H
#define SP_OUTPUT_PARTS_H

#include "engine/run/result.h"
#include "output/document.h"

/* layout.c: all parts in order, with the version of the layout and the hash over everything. */
#define SP_LAYOUT_MAJOR 3
#define SP_LAYOUT_MINOR 1
#define SP_LAYOUT_HASH  "content_hash"

/* The hash of kept paths, which are not in memory, is document->apart_hash beforehand. */
void sp_layout_put(struct sp_document *document, const struct sp_result *result);
struct sp_result *sp_layout_get(struct sp_document *document); /* NULL after a complaint */

/* The n-th child group of `parent` that has this role, or NULL. */
const struct sp_document_node *sp_layout_child(const struct sp_document *document,
                                               const struct sp_document_node *parent, const char *role,
                                               size_t n);

/* provenance.c: the attributes of the root. */
void sp_provenance_put(struct sp_document *document, const struct sp_result *result);
void sp_provenance_get(struct sp_document *document, struct sp_result *result);

/* origins.c: /scenario. */
void sp_origins_put(struct sp_document *document, const struct sp_result *result);
void sp_origins_get(struct sp_document *document, struct sp_result *result);

/* scales.c: the dimensions that many groups have. */
const struct sp_document_node *sp_scales_put_time(struct sp_document *document,
                                                  const struct sp_document_node *group,
                                                  const struct sp_axis *axis);
void sp_scales_get_time(struct sp_document *document, const struct sp_document_node *group,
                        struct sp_axis *axis);
const struct sp_document_node *sp_scales_put_statistic(struct sp_document *document,
                                                       const struct sp_document_node *group);

/* The names of these metrics; NULL: of the first `count`. */
const struct sp_document_node *sp_scales_put_metric(struct sp_document *document,
                                                    const struct sp_document_node *group,
                                                    const struct sp_result *result, const size_t *metric,
                                                    size_t count);

/* The copied labels of a scale; *count is their number. NULL and a complaint when there is no such scale. */
const char **sp_scales_get_labels(struct sp_document *document, const struct sp_document_node *group,
                                  const char *name, size_t *count);

/* estimates.c: an array of values and one of their standard errors, NAME.standard_error. */
struct sp_document_node *sp_estimates_put(struct sp_document *document, const struct sp_document_node *group,
                                          const char *name, const char *unit,
                                          const struct sp_document_node *first,
                                          const struct sp_document_node *second,
                                          const struct sp_estimate *estimate);
void sp_estimates_get(struct sp_document *document, const struct sp_document_node *group, const char *name,
                      size_t count, struct sp_estimate *estimate);

/* An array of values [first][second] for each metric of the result named in `metric` (NULL: all), which are
 * `count`; and one of all their standard errors, [metric][first][second]. */
void sp_estimates_put_metrics(struct sp_document *document, const struct sp_document_node *group,
                              const struct sp_result *result, const size_t *metric, size_t count,
                              const struct sp_document_node *first, const struct sp_document_node *second,
                              const struct sp_estimate *estimate);

/* The same back, of `each` values a metric. NULL after a complaint. */
struct sp_estimate *sp_estimates_get_metrics(struct sp_document *document,
                                             const struct sp_document_node *group,
                                             const struct sp_result *result, const size_t *metric,
                                             size_t count, size_t each);

/* metrics.c: /metrics, what is said of them. */
void sp_metrics_put(struct sp_document *document, const struct sp_result *result);
void sp_metrics_get(struct sp_document *document, struct sp_result *result);

/* bands.c: /VARIANT/quarter, /VARIANT/fiscal_year, /VARIANT/horizon. */
void sp_bands_put(struct sp_document *document, const struct sp_document_node *variant_group,
                  const struct sp_result *result, const struct sp_variant_result *variant);
void sp_bands_get(struct sp_document *document, const struct sp_document_node *variant_group,
                  const struct sp_result *result, struct sp_variant_result *variant);

/* categories.c: /VARIANT/tier. The first variant's groups say which categories there are. */
void sp_categories_put(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, const struct sp_variant_result *variant);
void sp_categories_get_names(struct sp_document *document, const struct sp_document_node *variant_group,
                             struct sp_result *result);
void sp_categories_get(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, struct sp_variant_result *variant);

/* passage.c: /VARIANT/tier_passage. */
void sp_passage_put(struct sp_document *document, const struct sp_document_node *variant_group,
                    const struct sp_result *result, const struct sp_variant_result *variant);
void sp_passage_get(struct sp_document *document, const struct sp_document_node *variant_group,
                    const struct sp_result *result, struct sp_variant_result *variant);

/* histograms.c: /VARIANT/histogram/quarter, .. */
void sp_histograms_put(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, const struct sp_variant_result *variant);
void sp_histograms_get(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, struct sp_variant_result *variant);

/* counts.c: /VARIANT/counts. */
void sp_counts_put(struct sp_document *document, const struct sp_document_node *variant_group,
                   const struct sp_variant_result *variant);
void sp_counts_get(struct sp_document *document, const struct sp_document_node *variant_group,
                   struct sp_variant_result *variant);

/* kept.c: /VARIANT/paths and /VARIANT/inputs. The first variant that has inputs says which there are. Their
 * values are apart. */
enum { SP_KEPT_GROUPS = 2 };
void sp_kept_put(struct sp_document *document, const struct sp_document_node *variant_group,
                 const struct sp_result *result, size_t variant);
void sp_kept_get(struct sp_document *document, const struct sp_document_node *variant_group,
                 struct sp_result *result);

/* All that is apart: first the matrix of struct sp_kept_sink, then the numbers 0, 1, .. of the paths as i32
 * for each group (SP_KEPT_GROUPS a variant), which begin at this word of 8 bytes. */
uint64_t sp_kept_bytes(const struct sp_result *result);
uint64_t sp_kept_index(const struct sp_result *result, size_t group);

/* Lets the variants of a result point into the matrix, which is that of this result. */
void sp_kept_point(struct sp_result *result, double *kept);

#endif
