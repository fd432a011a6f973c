/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/h5.h"

#define H5_USE_110_API
#include <hdf5.h>
#include <stdio.h>
#include <string.h>

enum { BUFFER_BYTES = 16 << 10, METADATA_BYTES = 64 << 10 };

void sp_h5_start(void) {
    H5dont_atexit();
    H5open();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
}

int64_t sp_h5_transfer(void) {
    hid_t list = H5Pcreate(H5P_DATASET_XFER);
    return list < 0 || H5Pset_buffer(list, BUFFER_BYTES, NULL, NULL) < 0 ? -1 : list;
}

int sp_h5_keep_little(int64_t access) {
    H5AC_cache_config_t cache = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    if (H5Pget_mdc_config(access, &cache) < 0)
        return -1;
    cache.set_initial_size = true;
    cache.initial_size = cache.max_size = cache.min_size = METADATA_BYTES;
    cache.incr_mode = H5C_incr__off;
    cache.flash_incr_mode = H5C_flash_incr__off;
    cache.decr_mode = H5C_decr__off;
    return H5Pset_mdc_config(access, &cache) < 0 ? -1 : 0;
}

static herr_t take_first(unsigned n, const H5E_error2_t *error, void *context) {
    if (n == 0 && error->desc)
        snprintf(context, SP_H5_REASON, "%s", error->desc);
    return 0;
}

void sp_h5_reason(char reason[SP_H5_REASON]) {
    strcpy(reason, "no reason given");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, reason);
    H5Eclear2(H5E_DEFAULT);
    reason[strcspn(reason, "\r\n")] = 0;
}
