# taketurns: `make`, `make demo`, `make test`, `make bench`, `make install`, `make lint`, `make format`.
# V=1 shows the commands. DEV=1 makes warnings errors. SANITIZE=1 builds with ASan and UBSan.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share/taketurns
DOCDIR ?= $(PREFIX)/share/doc/taketurns
VERSION := 0.1.0

CC ?= gcc
CLANG ?= clang
BPFTOOL ?= $(firstword $(shell PATH=$$PATH:/usr/sbin command -v bpftool) bpftool)
PKG_CONFIG ?= pkg-config
# demo records: with sudo unless root already
SUDO ?= $(if $(filter 0,$(shell id -u)),,sudo)
ARCH := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')

B := build$(if $(SANITIZE),/sanitize)
Q := $(if $(V),,@)
msg = $(if $(V),,@printf '  %-8s %s\n' $(1) $(2))

LIBS := libbpf libelf libdw zlib
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla -Wformat=2 \
	$(if $(DEV),-Werror)
comma := ,
SAN := $(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DTT_VERSION='"$(VERSION)"' -DTT_WORKLOADS='"$(DATADIR)/workloads"' \
	-I. -I$(B) -ffile-prefix-map=$(CURDIR)=. $(WARN) $(SAN) $(shell $(PKG_CONFIG) --cflags $(LIBS)) \
	$(CFLAGS) $(CPPFLAGS)
ALL_LDFLAGS = $(SAN) $(LDFLAGS) $(shell $(PKG_CONFIG) --libs $(LIBS)) -lpthread -lm
BPF_CFLAGS = -g -O2 -target bpf -mcpu=v3 -D__BPF__ -D__TARGET_ARCH_$(ARCH) -I. -Wall -Werror \
	-ffile-prefix-map=$(CURDIR)=. $(shell $(PKG_CONFIG) --cflags libbpf)

SRC := $(sort $(wildcard user/*/*.c))
SKEL_DEPS := $(wildcard bpf/*.h vmlinux/*.h)
OBJ := $(SRC:%.c=$(B)/%.o)
BPF_SRC := $(sort $(wildcard bpf/*.bpf.c))
SKEL := $(BPF_SRC:bpf/%.bpf.c=$(B)/bpf/%.skel.h)
WORKLOADS := $(patsubst workloads/%.c,$(B)/workloads/%,$(sort $(wildcard workloads/*.c)))
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
ORACLES := $(patsubst tests/live/%.c,$(B)/tests/live/%,$(sort $(wildcard tests/live/*.c)))

.PHONY: all demo test test-unit test-live bench install lint format clean workloads tests tests-unit
.DELETE_ON_ERROR:
.SECONDARY:

all: $(B)/taketurns workloads

$(B)/taketurns: $(B)/user/main.o $(OBJ)
	$(call msg,LINK,$@)
	$(Q)$(CC) $^ $(ALL_LDFLAGS) -o $@

$(B)/%.o: %.c | $(SKEL)
	$(call msg,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call msg,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -c $< -o $@.tmp
	$(Q)$(BPFTOOL) gen object $@ $@.tmp
	$(Q)rm $@.tmp

$(B)/bpf/%.skel.h: $(B)/bpf/%.bpf.o
	$(call msg,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $(subst -,_,$*)_bpf > $@

workloads: $(WORKLOADS)

$(B)/workloads/%: workloads/%.c
	$(call msg,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -g -fno-omit-frame-pointer -MMD -MP $< -o $@ -lpthread -lm

# Unit tests link everything but main.
$(B)/tests/unit/%: tests/unit/%.c $(OBJ)
	$(call msg,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP $< $(OBJ) $(ALL_LDFLAGS) -o $@

$(B)/tests/live/%: tests/live/%.c
	$(call msg,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -I. $(WARN) -O1 -g -MMD -MP $< -o $@ -lpthread -lm

tests: $(UNIT) $(ORACLES)
tests-unit: $(UNIT)

# The two commands of the README. Both install what is missing first.
demo:
	$(Q)tests/install-deps.sh build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(SUDO) $(B)/taketurns demo

test:
	$(Q)tests/install-deps.sh test
	$(Q)$(MAKE) --no-print-directory -j2 DEV=1 all tests
	$(Q)$(MAKE) --no-print-directory -j2 DEV=1 SANITIZE=1 CFLAGS='-O1 -g' tests-unit
	$(Q)tests/run.sh all

test-unit: all tests-unit
	$(Q)tests/run.sh unit

test-live: all tests
	$(Q)tests/run.sh live

bench: all
	$(Q)python3 tests/bench.py

lint:
	$(Q)sh tests/lint.sh

format:
	$(Q)clang-format -i $(shell git ls-files '*.c' '*.h')

install: all
	install -D -m 755 $(B)/taketurns $(DESTDIR)$(BINDIR)/taketurns
	install -d $(DESTDIR)$(DATADIR)/workloads $(DESTDIR)$(DOCDIR)
	install -m 755 $(WORKLOADS) $(DESTDIR)$(DATADIR)/workloads
	install -m 644 $(wildcard workloads/*.md) $(DESTDIR)$(DATADIR)/workloads
	install -m 644 README.md LICENSE $(DESTDIR)$(DOCDIR)

clean:
	$(Q)rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
