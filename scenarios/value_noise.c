/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Noise: what varies by quarter around a value that is drawn once per path.
 */
#include "scenarios/value_parts.h"

#include <string.h>

static const char *const keys[] = {"sd", "phi", "scale"};
static const char *const scales[] = {"log", "logit", "add", NULL};
static const struct sp_field sd_field = {.key = "sd", .unit = "1", .low = 0, .high = 1e12};
static const struct sp_field phi_field = {.key = "phi", .unit = "1", .low = -0.999, .high = 0.999};

/* e^a keeps positive values positive, the logit keeps shares within 0 .. 1: the scale follows from the
 * bounds. */
static enum sp_noise_scale usual_scale(const struct sp_field *field) {
    if (field->low == 0 && field->high == 1)
        return SP_NOISE_LOGIT;
    return field->low >= 0 ? SP_NOISE_LOG : SP_NOISE_ADD;
}

static int check_scale(const struct sp_value_context *context, const struct sp_node *node,
                       const struct sp_input *input) {
    const struct sp_field *field = input->field;
    bool is_share = field->low == 0 && field->high == 1;
    if (input->assumption.noise.scale == SP_NOISE_LOGIT && !is_share)
        return TELL(context, node, "%s: scale \"logit\" is for shares within 0 .. 1; use \"log\" or \"add\"",
                    input->key);
    if (input->assumption.noise.scale == SP_NOISE_LOG && field->low < 0)
        return TELL(context, node, "%s: scale \"log\" is for values that cannot be negative; use \"add\"",
                    input->key);
    return 0;
}

static int read_parts(const struct sp_value_context *context, const struct sp_node *node,
                      struct sp_input *input) {
    struct sp_noise *noise = &input->assumption.noise;
    const struct sp_node *sd = sp_tree_find(node, "sd"), *phi = sp_tree_find(node, "phi");
    const struct sp_node *scale = sp_tree_find(node, "scale");
    double index = 0;
    int error =
        sd ? sp_value_bounded(context, sd, "noise: sd", &sd_field, &noise->sd)
           : TELL(context, node, "%s: noise needs its sd, like noise = { sd = 0.1, phi = 0.6 }", input->key);
    if (phi)
        error |= sp_value_bounded(context, phi, "noise: phi", &phi_field, &noise->phi);
    noise->scale = usual_scale(input->field);
    if (scale && !(error |= sp_value_choice(context, scale, "noise: scale", scales, &index)))
        noise->scale = (enum sp_noise_scale)((int)index + SP_NOISE_LOG);
    return error ? SP_ERROR_SCENARIO : check_scale(context, node, input);
}

int sp_value_noise(const struct sp_value_context *context, const struct sp_node *table,
                   struct sp_input *input) {
    const struct sp_node *node = sp_tree_find(table, "noise");
    if (!node)
        return 0;
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_TABLE)
        return TELL(context, node, "%s: noise must be a table, like noise = { sd = 0.1, phi = 0.6 }",
                    input->key);
    if (input->assumption.each != SP_EACH_PATH)
        return TELL(context, node,
                    "%s: noise belongs to a value drawn once per path; this one is drawn anew later",
                    input->key);
    int error = read_parts(context, node, input);
    sp_value_tell_unknown(context, node, "noise", keys, sizeof keys / sizeof *keys);
    return error;
}
