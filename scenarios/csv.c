/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 16 << 20 };

/* --- The file --- */

bool sp_csv_is_safe(const char *name) {
    return *name && *name != '/' && strcmp(name, "..") != 0 && strncmp(name, "../", 3) != 0 &&
           !strstr(name, "/../");
}

char *sp_csv_path(struct sp_arena *arena, const char *scenario, const char *name) {
    const char *slash = scenario ? strrchr(scenario, '/') : NULL;
    return sp_arena_format(arena, "%.*s%s", slash ? (int)(slash + 1 - scenario) : 0, scenario ? scenario : "",
                           name);
}

char *sp_csv_read(struct sp_arena *arena, const char *path, const char **wrong) {
    struct stat status;
    char *text = NULL;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    *wrong = "is no plain file of at most 16 MiB";
    if (file < 0) {
        *wrong = strerror(errno);
        return NULL;
    }
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= MOST_BYTES)
        text = sp_arena_array(arena, (size_t)status.st_size + 1, 1);
    if (text) {
        size_t size = 0;
        ssize_t got;
        while (size < (size_t)status.st_size &&
               (got = read(file, text + size, (size_t)status.st_size - size)) > 0)
            size += (size_t)got;
        text[size] = 0;
    }
    close(file);
    return text;
}

/* --- Lines --- */

char *sp_csv_field(char **rest) {
    char *field = *rest, *end;
    if (!field)
        return NULL;
    field += strspn(field, " \t");
    if (*field == '"') {
        end = strchr(++field, '"');
        char *comma = end ? strchr(end, ',') : NULL;
        if (end)
            *end = 0;
        *rest = comma ? comma + 1 : NULL;
        return field;
    }
    end = field + strcspn(field, ",");
    *rest = *end ? end + 1 : NULL;
    *end = 0;
    while (end > field && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = 0;
    return field;
}

char *sp_csv_line(char **text, int *number) {
    while (**text) {
        char *line = *text, *end = line + strcspn(line, "\r\n");
        *text = *end == '\r' && end[1] == '\n' ? end + 2 : *end ? end + 1 : end;
        *end = 0;
        ++*number;
        if (line[strspn(line, " \t")])
            return line;
    }
    return NULL;
}
