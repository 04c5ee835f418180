/* gdb's interface for compiled code ("JIT Compilation Interface" in its
 * manual): a list that it reads, whose entries are ELF files in memory, and a
 * function that it stops at when the list changes. One entry per function, with
 * nothing but its symbol. The list is one for the process, under gdb's names.
 */
#include "base/os_gdb.h"

#include "base/os_fork.h"

#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { JIT_NOACTION, JIT_REGISTER_FN, JIT_UNREGISTER_FN };

enum { SECTION_NULL, SECTION_TEXT, SECTION_SYMTAB, SECTION_STRTAB, SECTIONS };

struct image {
    Elf64_Ehdr header;
    Elf64_Shdr sections[SECTIONS];
    Elf64_Sym symbols[2]; /* the first is the null one */
    char strings[];
};

/* As gdb knows it. */
struct gdb_entry {
    struct gdb_entry *next, *before;
    const void *file;
    uint64_t file_bytes;
};

struct jit_descriptor {
    uint32_t version;
    uint32_t action;
    struct gdb_entry *relevant, *first;
};

extern struct jit_descriptor __jit_debug_descriptor;
void __jit_debug_register_code(void);

struct jit_descriptor __jit_debug_descriptor = {.version = 1};
static struct wc_mutex lock = WC_MUTEX_INIT;

/* Has a breakpoint of the debugger. */
WC_NOINLINE void __jit_debug_register_code(void)
{
    __asm__ volatile("" ::: "memory");
}

static const char section_names[] = "\0.text\0.symtab\0.strtab";

static void fill_header(Elf64_Ehdr *h, uint16_t elf_machine)
{
    memcpy(h->e_ident, ELFMAG, SELFMAG);
    h->e_ident[EI_CLASS] = ELFCLASS64;
    h->e_ident[EI_DATA] = ELFDATA2LSB;
    h->e_ident[EI_VERSION] = EV_CURRENT;
    h->e_type = ET_REL;
    h->e_machine = elf_machine;
    h->e_version = EV_CURRENT;
    h->e_shoff = offsetof(struct image, sections);
    h->e_ehsize = sizeof *h;
    h->e_shentsize = sizeof(Elf64_Shdr);
    h->e_shnum = SECTIONS;
    h->e_shstrndx = SECTION_STRTAB;
}

static void fill_sections(Elf64_Shdr *s, const void *code, size_t len,
                          size_t strings)
{
    s[SECTION_TEXT] = (Elf64_Shdr){.sh_name = 1,
                                   .sh_type = SHT_NOBITS,
                                   .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                                   .sh_addr = (uintptr_t)code,
                                   .sh_size = len,
                                   .sh_addralign = 1};
    s[SECTION_SYMTAB] =
        (Elf64_Shdr){.sh_name = 7,
                     .sh_type = SHT_SYMTAB,
                     .sh_offset = offsetof(struct image, symbols),
                     .sh_size = 2 * sizeof(Elf64_Sym),
                     .sh_link = SECTION_STRTAB,
                     .sh_info = 1,
                     .sh_addralign = 8,
                     .sh_entsize = sizeof(Elf64_Sym)};
    s[SECTION_STRTAB] = (Elf64_Shdr){.sh_name = 15,
                                     .sh_type = SHT_STRTAB,
                                     .sh_offset =
                                         offsetof(struct image, strings),
                                     .sh_size = strings,
                                     .sh_addralign = 1};
}

static void notify(struct gdb_entry *e, uint32_t action)
{
    __jit_debug_descriptor.relevant = e;
    __jit_debug_descriptor.action = action;
    __jit_debug_register_code();
}

struct gdb_entry *wc_gdb_add(const void *code, size_t len, const char *name,
                             uint16_t elf_machine)
{
    size_t strings = sizeof section_names + strlen(name) + 1;
    struct gdb_entry *e = calloc(1, sizeof *e + sizeof(struct image) + strings);
    if (e == NULL)
        return NULL;
    struct image *i = (struct image *)(void *)(e + 1);
    fill_header(&i->header, elf_machine);
    fill_sections(i->sections, code, len, strings);
    i->symbols[1] = (Elf64_Sym){.st_name = sizeof section_names,
                                .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                                .st_shndx = SECTION_TEXT,
                                .st_size = len};
    memcpy(i->strings, section_names, sizeof section_names);
    strcpy(i->strings + sizeof section_names, name);
    e->file = i;
    e->file_bytes = sizeof *i + strings;
    wc_fork_guard(&lock);
    wc_mutex_lock(&lock);
    e->next = __jit_debug_descriptor.first;
    if (e->next != NULL)
        e->next->before = e;
    __jit_debug_descriptor.first = e;
    notify(e, JIT_REGISTER_FN);
    wc_mutex_unlock(&lock);
    return e;
}

void wc_gdb_remove(struct gdb_entry *e)
{
    wc_mutex_lock(&lock);
    if (e->before != NULL)
        e->before->next = e->next;
    else
        __jit_debug_descriptor.first = e->next;
    if (e->next != NULL)
        e->next->before = e->before;
    notify(e, JIT_UNREGISTER_FN);
    wc_mutex_unlock(&lock);
    free(e);
}
