/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * elf.h - where a named function lies in an ELF file.
 *
 * For placing probes: the answer is an offset in the file, which is what the kernel wants.
 * Any file may be given: it is read with pread(), never mapped, so a file that is damaged or
 * shrinks meanwhile gives an error and no signal.
 */
#ifndef TAKETURNS_ELF_H
#define TAKETURNS_ELF_H

#include <stdint.h>

/* Finds the function @name in the ELF file behind @fd (owned by the caller; its position does
 * not change): in .dynsym the default version, else in .symtab. *@offset is where its code
 * begins in the file, *@size its length in bytes (0 if the file does not say); either may be
 * NULL. Returns 0; -ENOENT no such function, or its code is not in the file; -EINVAL not an
 * executable or shared ELF file, or damaged. Any thread. */
int elf__function_offset(int fd, const char *name, uint64_t *offset, uint64_t *size);

#endif /* TAKETURNS_ELF_H */
