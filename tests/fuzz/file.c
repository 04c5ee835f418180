#include "fuzz/file.h"

#include <stdio.h>

bool file_write(const char *path, struct span bytes)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(bytes.data, 1, bytes.len, f) == bytes.len;
    if (f == NULL || fclose(f) != 0 || !ok)
        fprintf(stderr, "%s: cannot be written\n", path);
    return ok;
}

bool file_read(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    uint8_t block[4096];
    size_t n;
    if (f == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return false;
    }
    while ((n = fread(block, 1, sizeof block, f)) != 0)
        wc_buf_append(out, block, n);
    fclose(f);
    return !out->failed;
}
