/* How fast the host is through WASI: built for it and for the host, the same.
 *
 *   write FILE BYTES CALL    a file of so many bytes, CALL in each call
 *   read FILE CALL           all of it, from the start
 *   list DIR                 the entries of a directory, with their types
 *   sleep MICROSECONDS       how much longer than asked, the median of 50
 *
 * Prints one number: seconds, or microseconds too late.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int do_write(const char *path, long bytes, size_t call)
{
    char *data = malloc(call);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0666);
    if (data == NULL || fd < 0)
        return fail(path);
    memset(data, 'x', call);
    double start = now();
    for (long left = bytes; left > 0; left -= (long)call)
        if (write(fd, data, call) != (ssize_t)call)
            return fail("write");
    printf("%.6f\n", now() - start);
    return 0;
}

static int do_read(const char *path, size_t call)
{
    char *data = malloc(call);
    int fd = open(path, O_RDONLY);
    ssize_t n;
    if (data == NULL || fd < 0)
        return fail(path);
    double start = now();
    while ((n = read(fd, data, call)) > 0)
        ;
    printf("%.6f\n", now() - start);
    return n < 0 ? fail("read") : 0;
}

static int do_list(const char *path)
{
    unsigned entries = 0, files = 0;
    double start = now();
    DIR *d = opendir(path);
    if (d == NULL)
        return fail(path);
    for (struct dirent *e; (e = readdir(d)) != NULL; entries++)
        files += e->d_type == DT_REG;
    closedir(d);
    printf("%.6f\n", now() - start);
    fprintf(stderr, "%u entries, %u files\n", entries, files);
    return 0;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int do_sleep(long us)
{
    double late[50];
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    for (int i = 0; i < 50; i++) {
        double start = now();
        nanosleep(&t, NULL);
        late[i] = (now() - start) * 1e6 - (double)us;
    }
    qsort(late, 50, sizeof *late, compare);
    printf("%.1f\n", late[25]);
    fprintf(stderr, "from %.1f to %.1f\n", late[0], late[49]);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    if (strcmp(what, "write") == 0 && argc == 5)
        return do_write(argv[2], atol(argv[3]), (size_t)atol(argv[4]));
    if (strcmp(what, "read") == 0 && argc == 4)
        return do_read(argv[2], (size_t)atol(argv[3]));
    if (strcmp(what, "list") == 0)
        return do_list(argv[2]);
    if (strcmp(what, "sleep") == 0)
        return do_sleep(atol(argv[2]));
    fputs("what?\n", stderr);
    return 2;
}
