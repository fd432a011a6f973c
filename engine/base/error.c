/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/error.h"

int sp_error_exit_code(int error) {
    return error < 0 ? -error : error;
}

const char *sp_error_sentence(int error) {
    switch (error) {
#define SP_ERROR_CASE(name, code, sentence)                                                                  \
    case SP_ERROR_##name:                                                                                    \
        return sentence;
        SP_ERROR_LIST(SP_ERROR_CASE)
#undef SP_ERROR_CASE
    default:
        return "no error";
    }
}
