#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* gettid */
#endif
#include "base/os_perf.h"

#include "base/os.h"
#include "base/os_clock.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As tools/perf/Documentation/jitdump-specification.txt of Linux has them. */
struct dump_header {
    uint32_t magic, version, total_size, elf_machine, pad, pid;
    uint64_t timestamp, flags;
};

struct dump_load {
    uint32_t id, total_size;
    uint64_t timestamp;
    uint32_t pid, tid;
    uint64_t vma, code_addr, code_size, code_index;
};

#define DUMP_MAGIC 0x4a695444u
#define DUMP_VERSION 1u
#define DUMP_CODE_LOAD 0u

static uint64_t timestamp(void)
{
    uint64_t ns = 0;
    return wc_os_clock_time(OS_CLOCK_MONOTONIC, &ns) == 0 ? ns : 0;
}

static uint32_t thread_id(void)
{
#ifdef __linux__
    return (uint32_t)syscall(SYS_gettid);
#else
    return (uint32_t)getpid();
#endif
}

static FILE *open_file(const char *format, const char *mode)
{
    char path[64];
    snprintf(path, sizeof path, format, (int)getpid());
    return fopen(path, mode);
}

static void begin_dump(struct wc_perf *p, uint32_t elf_machine)
{
    struct dump_header h = {DUMP_MAGIC, DUMP_VERSION, sizeof h, elf_machine, 0,
                            (uint32_t)getpid(), timestamp(), 0};
    fwrite(&h, sizeof h, 1, p->dump);
    fflush(p->dump);
    p->marker = mmap(NULL, wc_os_page_bytes(), PROT_READ | PROT_EXEC,
                     MAP_PRIVATE, fileno(p->dump), 0);
}

void wc_perf_open(struct wc_perf *p, bool map, bool dump, uint32_t elf_machine)
{
    *p = (struct wc_perf){.marker = MAP_FAILED};
    if (map)
        p->map = open_file("/tmp/perf-%d.map", "a");
    if (dump)
        p->dump = open_file("jit-%d.dump", "w+");
    if (p->dump != NULL)
        begin_dump(p, elf_machine);
}

void wc_perf_close(struct wc_perf *p)
{
    if (p->map != NULL)
        fclose(p->map);
    if (p->dump == NULL)
        return;
    if (p->marker != MAP_FAILED)
        munmap(p->marker, wc_os_page_bytes());
    fclose(p->dump);
}

static void dump_code(struct wc_perf *p, const void *code, size_t len,
                      const char *name)
{
    size_t name_len = strlen(name) + 1;
    uint64_t at = (uint64_t)(uintptr_t)code;
    struct dump_load r = {
        .id = DUMP_CODE_LOAD,
        .total_size = (uint32_t)(sizeof r + name_len + len),
        .timestamp = timestamp(),
        .pid = (uint32_t)getpid(),
        .tid = thread_id(),
        .vma = at,
        .code_addr = at,
        .code_size = len,
        .code_index = p->index++,
    };
    fwrite(&r, sizeof r, 1, p->dump);
    fwrite(name, name_len, 1, p->dump);
    fwrite(code, len, 1, p->dump);
    fflush(p->dump);
}

void wc_perf_add(struct wc_perf *p, const void *code, size_t len,
                 const char *name)
{
    if (p->map != NULL) {
        char range[64];
        snprintf(range, sizeof range, "%llx %zx ",
                 (unsigned long long)(uintptr_t)code, len);
        fputs(range, p->map);
        fputs(name, p->map);
        fputs("\n", p->map);
        fflush(p->map);
    }
    if (p->dump != NULL)
        dump_code(p, code, len, name);
}
