/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * elf.c - looks a function up by name in an ELF file's own symbol tables.
 *
 * Reads with libelf's plain mode (no mapping). Tables are limited, so that a file made to be
 * slow is given up on; a symbol is used only if a loaded segment holds its bytes.
 */
#include "user/symbol/elf.h"

#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>

#define SYMBOLS_MAX (4u << 20) /* in one table */
#define HEADERS_MAX (1u << 16) /* sections, segments */
#define VERSION_HIDDEN 0x8000  /* in .gnu.version: not the default version of that name */

/* A symbol table with what belongs to it. */
struct table {
	Elf_Data *symbols;
	Elf_Data *versions; /* NULL: none */
	size_t strings;	    /* section number of its names */
	size_t count;
};

/* The first section of @type; NULL: none. */
static Elf_Scn *section_of_type(Elf *elf, GElf_Word type, GElf_Shdr *shdr)
{
	Elf_Scn *scn = NULL;

	for (size_t i = 0; i < HEADERS_MAX && (scn = elf_nextscn(elf, scn)); i++) {
		if (gelf_getshdr(scn, shdr) && shdr->sh_type == type)
			return scn;
	}
	return NULL;
}

static bool table_read(Elf *elf, GElf_Word type, struct table *t)
{
	GElf_Shdr shdr;
	Elf_Scn *scn = section_of_type(elf, type, &shdr);

	memset(t, 0, sizeof(*t));
	if (!scn || !shdr.sh_entsize || !(t->symbols = elf_getdata(scn, NULL)))
		return false;
	t->strings = shdr.sh_link;
	t->count = shdr.sh_size / shdr.sh_entsize;
	if (t->count > SYMBOLS_MAX)
		t->count = SYMBOLS_MAX;
	if (type != SHT_DYNSYM)
		return true;
	scn = section_of_type(elf, SHT_GNU_versym, &shdr);
	t->versions = scn ? elf_getdata(scn, NULL) : NULL;
	return true;
}

/* .symtab keeps the version in the name: "f@@V" is the default one, "f@V" an old one. */
static bool name_matches(const char *have, const char *want)
{
	size_t len = strlen(want);

	return !strncmp(have, want, len) && (!have[len] || !strncmp(have + len, "@@", 2));
}

static bool table_find(Elf *elf, const struct table *t, const char *name, GElf_Sym *sym)
{
	for (size_t i = 0; i < t->count && gelf_getsym(t->symbols, (int)i, sym); i++) {
		const char *have;
		GElf_Versym version;

		if (GELF_ST_TYPE(sym->st_info) != STT_FUNC || sym->st_shndx == SHN_UNDEF)
			continue;
		have = elf_strptr(elf, t->strings, sym->st_name);
		if (!have || !name_matches(have, name))
			continue;
		if (t->versions && gelf_getversym(t->versions, (int)i, &version) &&
		    (version & VERSION_HIDDEN))
			continue;
		return true;
	}
	return false;
}

/* From an address as the file's headers count it to the offset of its bytes. */
static int file_offset(Elf *elf, GElf_Addr addr, uint64_t *offset)
{
	size_t count;
	GElf_Phdr ph;

	if (elf_getphdrnum(elf, &count))
		return -EINVAL;
	for (size_t i = 0; i < count && i < HEADERS_MAX && gelf_getphdr(elf, (int)i, &ph); i++) {
		if (ph.p_type != PT_LOAD || addr < ph.p_vaddr || addr - ph.p_vaddr >= ph.p_filesz)
			continue;
		*offset = addr - ph.p_vaddr + ph.p_offset;
		return 0;
	}
	return -ENOENT;
}

static int function_find(Elf *elf, const char *name, uint64_t *offset, uint64_t *size)
{
	GElf_Ehdr ehdr;
	struct table t;
	GElf_Sym sym;
	uint64_t at;
	int err;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &ehdr) ||
	    (ehdr.e_type != ET_EXEC && ehdr.e_type != ET_DYN))
		return -EINVAL;
	if (!(table_read(elf, SHT_DYNSYM, &t) && table_find(elf, &t, name, &sym)) &&
	    !(table_read(elf, SHT_SYMTAB, &t) && table_find(elf, &t, name, &sym)))
		return -ENOENT;
	err = file_offset(elf, sym.st_value, &at);
	if (err)
		return err;
	if (offset)
		*offset = at;
	if (size)
		*size = sym.st_size;
	return 0;
}

int elf__function_offset(int fd, const char *name, uint64_t *offset, uint64_t *size)
{
	Elf *elf;
	int err;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return -EINVAL;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return -EINVAL;
	err = function_find(elf, name, offset, size);
	elf_end(elf);
	return err;
}
