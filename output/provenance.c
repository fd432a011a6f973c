/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The attributes of the root that are plain members of the result. */
static const struct member {
    const char *name;
    size_t offset;
} texts[] =
    {
        {"title", offsetof(struct sp_result, title)},
        {"name", offsetof(struct sp_result, name)},
        {"currency", offsetof(struct sp_result, currency)},
        {"program_version", offsetof(struct sp_result, program_version)},
        {"sampler", offsetof(struct sp_result, sampler)},
},
  numbers[] =
      {
          {"seed", offsetof(struct sp_result, seed)},
          {"paths", offsetof(struct sp_result, paths)},
          {"batch", offsetof(struct sp_result, batch)},
},
  hashes[] = {
      {"table_hash", offsetof(struct sp_result, table_hash)},
      {"fingerprint", offsetof(struct sp_result, fingerprint)},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static uint64_t load_number(const struct sp_result *result, size_t offset) {
    uint64_t number;
    memcpy(&number, (const char *)result + offset, sizeof number);
    return number;
}

static const char *load_text(const struct sp_result *result, size_t offset) {
    const char *text;
    memcpy(&text, (const char *)result + offset, sizeof text);
    return text;
}

void sp_provenance_put(struct sp_document *document, const struct sp_result *result) {
    struct sp_document_node *root = document->node[0];
    for (size_t i = 0; i < COUNT(texts); i++)
        sp_document_add_text(document, root, texts[i].name, load_text(result, texts[i].offset));
    for (size_t i = 0; i < COUNT(numbers); i++)
        sp_document_add_u64(document, root, numbers[i].name, load_number(result, numbers[i].offset));
    sp_document_add_u64(document, root, "stream_version", result->stream_version);
    for (size_t i = 0; i < COUNT(hashes) && !document->complaint; i++)
        sp_document_add_text(
            document, root, hashes[i].name,
            sp_arena_format(document->arena, "%016" PRIx64, load_number(result, hashes[i].offset)));
}

static uint64_t get_number(struct sp_document *document, const char *name) {
    const struct sp_document_attribute *attribute = sp_document_attribute(sp_document_root(document), name);
    if (attribute && attribute->type == SP_DOCUMENT_U64)
        return attribute->u64;
    sp_document_complain(document, "/: expected the attribute %s, a u64", name);
    return 0;
}

static uint64_t get_hash(struct sp_document *document, const char *name) {
    const char *text = sp_document_text(sp_document_root(document), name);
    if (text && strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16)
        return strtoull(text, NULL, 16);
    sp_document_complain(document, "/: expected the attribute %s, 16 hexadecimal digits", name);
    return 0;
}

void sp_provenance_get(struct sp_document *document, struct sp_result *result) {
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *text = sp_document_text(sp_document_root(document), texts[i].name);
        memcpy((char *)result + texts[i].offset, &text, sizeof text);
    }
    for (size_t i = 0; i < COUNT(numbers); i++) {
        uint64_t number = get_number(document, numbers[i].name);
        memcpy((char *)result + numbers[i].offset, &number, sizeof number);
    }
    for (size_t i = 0; i < COUNT(hashes); i++) {
        uint64_t number = get_hash(document, hashes[i].name);
        memcpy((char *)result + hashes[i].offset, &number, sizeof number);
    }
    uint64_t stream = get_number(document, "stream_version");
    if (stream > UINT_MAX)
        sp_document_complain(document, "/: stream_version is too large");
    result->stream_version = (unsigned)stream;
}
