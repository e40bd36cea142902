/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * object.c - see object.h. elfutils reads .symtab, debug files found by build-id or debuglink, and
 * DWARF lines; where no symbol covers an address, the nearest one before it in the same section
 * names it, with the distance as offset.
 */
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/symbol/object.h"

#define SYMBOLS_MAX 4000000

struct function {
	GElf_Addr addr;
	GElf_Xword size;
	const char *name;
	GElf_Word section;
};

struct object {
	Dwfl *dwfl;
	Dwfl_Module *module;
	GElf_Addr bias;
	struct function *functions; /* sorted by address */
	size_t count;
	size_t phdr_count;
	GElf_Phdr *phdrs;
};

/* Never over the network: what the machine has is what is used. */
static int find_debuginfo(Dwfl_Module *mod, void **userdata, const char *modname, Dwarf_Addr base,
			  const char *file_name, const char *debuglink_file,
			  GElf_Word debuglink_crc, char **debuginfo_file_name)
{
	unsetenv("DEBUGINFOD_URLS");
	return dwfl_standard_find_debuginfo(mod, userdata, modname, base, file_name,
					    debuglink_file, debuglink_crc, debuginfo_file_name);
}

static const Dwfl_Callbacks callbacks = { .find_elf = dwfl_build_id_find_elf,
					  .find_debuginfo = find_debuginfo,
					  .section_address = dwfl_offline_section_address };

/* The vDSO has no file: a copy of this process's, which is the same kernel's. */
static int open_vdso(void)
{
	const char *image = (const char *)getauxval(AT_SYSINFO_EHDR);
	int fd = image ? memfd_create("vdso", MFD_CLOEXEC) : -1;

	if (fd >= 0 && write(fd, image, 2 * 4096) != 2 * 4096) {
		close(fd);
		return -1;
	}
	return fd;
}

static int open_file(const struct object_name *name)
{
	struct stat st;
	int fd;

	if (strcmp(name->path, "[vdso]") == 0)
		return open_vdso();
	if (name->path[0] != '/')
		return -1;
	fd = open(name->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (name->inode && st.st_ino != name->inode)) {
		close(fd); /* not the file that was mapped */
		return -1;
	}
	return fd;
}

static int by_address(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (x->size > y->size) - (x->size < y->size);
}

static void read_functions(struct object *o)
{
	int n = dwfl_module_getsymtab(o->module);

	if (n <= 0 || n > SYMBOLS_MAX)
		return;
	o->functions = malloc((size_t)n * sizeof(*o->functions));
	if (!o->functions)
		return;
	for (int i = 0; i < n; i++) {
		GElf_Sym sym;
		GElf_Addr addr;
		GElf_Word section;
		const char *name =
			dwfl_module_getsym_info(o->module, i, &sym, &addr, &section, NULL, NULL);
		int type = GELF_ST_TYPE(sym.st_info);

		if (!name || !*name || (type != STT_FUNC && type != STT_GNU_IFUNC) ||
		    sym.st_shndx == SHN_UNDEF)
			continue;
		o->functions[o->count++] = (struct function){ addr, sym.st_size, name, section };
	}
	qsort(o->functions, o->count, sizeof(*o->functions), by_address);
}

static void read_segments(struct object *o)
{
	GElf_Addr bias;
	Elf *elf = dwfl_module_getelf(o->module, &bias);
	size_t n;

	if (!elf || elf_getphdrnum(elf, &n) || n > 1000)
		return;
	o->bias = bias;
	o->phdrs = calloc(n + 1, sizeof(*o->phdrs));
	if (!o->phdrs)
		return;
	for (size_t i = 0; i < n; i++)
		if (gelf_getphdr(elf, (int)i, &o->phdrs[o->phdr_count]))
			o->phdr_count++;
}

struct object *object__open(const struct object_name *name)
{
	struct object *o = calloc(1, sizeof(*o));
	int fd = o ? open_file(name) : -1;

	if (fd < 0) {
		free(o);
		return NULL;
	}
	o->dwfl = dwfl_begin(&callbacks);
	if (o->dwfl) {
		dwfl_report_begin(o->dwfl);
		o->module = dwfl_report_offline(o->dwfl, name->path, name->path, fd);
		dwfl_report_end(o->dwfl, NULL, NULL);
	}
	if (!o->module) {
		close(fd); /* else it is the module's */
		object__close(o);
		return NULL;
	}
	read_segments(o);
	read_functions(o);
	return o;
}

static bool address_of(const struct object *o, uint64_t offset, GElf_Addr *addr)
{
	for (size_t i = 0; i < o->phdr_count; i++) {
		const GElf_Phdr *p = &o->phdrs[i];

		if (p->p_type == PT_LOAD && offset >= p->p_offset &&
		    offset - p->p_offset < p->p_filesz) {
			*addr = offset - p->p_offset + p->p_vaddr + o->bias;
			return true;
		}
	}
	return false;
}

/* The covering function with the nearest start, else the nearest before. */
static const struct function *function_at(const struct object *o, GElf_Addr addr)
{
	size_t low = 0, high = o->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->functions[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low, n = 0; i > 0 && n < 16; i--, n++)
		if (addr - o->functions[i - 1].addr < o->functions[i - 1].size)
			return &o->functions[i - 1];
	return low ? &o->functions[low - 1] : NULL;
}

void object__find(struct object *o, uint64_t file_offset, struct symbol *out)
{
	const struct function *f;
	GElf_Addr addr;
	Dwfl_Line *line;
	int number;

	if (!address_of(o, file_offset, &addr))
		return;
	f = function_at(o, addr);
	if (f) {
		out->function = f->name;
		out->offset = addr - f->addr;
	}
	line = dwfl_module_getsrc(o->module, addr);
	if (!line)
		return;
	out->file = dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
	out->line = out->file && number > 0 ? (uint32_t)number : 0;
}

void object__close(struct object *o)
{
	if (!o)
		return;
	if (o->dwfl)
		dwfl_end(o->dwfl);
	free(o->functions);
	free(o->phdrs);
	free(o);
}
