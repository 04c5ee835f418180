#include "machine.h"

#include "../unit/random.h"

#include <criterion/criterion.h>
#include <sys/mman.h>

static struct masm masm;
struct masm *const as = &masm;
unsigned long machine_runs;
uint64_t machine_data[8];

typedef void entry_fn(const struct machine *in, struct machine *out);
static entry_fn *entry;
static uint32_t exit_pos;

uint64_t machine_cpu(unsigned n)
{
    return machine_features[n] & wc_masm_host_cpu();
}

void machine_begin(uint64_t cpu)
{
    if (wc_masm_host_cpu() == 0)
        cr_skip_test("this is not the machine");
    struct frame f = {.out_bytes = MACHINE_OUT, .slots = MACHINE_SLOTS};
    as->cpu = cpu;
    wc_masm_begin(as, &f);
    entry = NULL;
    exit_pos = 0;
    machine_enter();
}

void machine_exit(struct label *l, uint32_t status)
{
    if (exit_pos == 0)
        machine_leave(0);
    exit_pos = as->code.len;
    wc_codebuf_bind(&as->code, l);
    machine_leave(status);
}

/* The words of data come behind it here, at the beginning of a page. There is a
 * page in front: -fsanitize=function looks there before it calls. */
static uint8_t *place_code(void)
{
    static uint8_t *place;
    const size_t page = 4096, size = 1 << 20, data = size - page;
    if (place == NULL) {
        void *p = mmap(NULL, page + size, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert(p != MAP_FAILED);
        place = (uint8_t *)p + page;
    }
    cr_assert(!as->code.failed && as->code.len <= data);
    memcpy(place, as->code.bytes, as->code.len);
    memcpy(place + data, machine_data, sizeof machine_data);
    wc_masm_relocate(place, as->relocs.data, as->relocs.len, (int64_t)data);
    __builtin___clear_cache((char *)place, (char *)place + as->code.len);
    return place;
}

void machine_run(const struct machine *in, struct machine *out)
{
    if (entry == NULL) {
        if (exit_pos == 0)
            machine_leave(0);
        wc_masm_finish(as);
        entry = (entry_fn *)(uintptr_t)place_code();
    }
    machine_runs++;
    entry(in, out);
}

void machine_random(struct machine *in)
{
    uint64_t *words = (uint64_t *)in;
    for (size_t i = 0; i < sizeof *in / 8; i++)
        words[i] = random64();
}
