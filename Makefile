# bcchost: `make` builds build/bcchost and build/bcchost-compile. `make help` lists the rest.
VERSION  := 0.1.0
DATE     := 2026-11-21
PREFIX   ?= /usr/local
DESTDIR  ?=
BUILD    ?= build
CC       ?= cc
CFLAGS   ?= -O2 -g
CPPFLAGS ?=
LDFLAGS  ?=
WERROR   ?= -Werror
SANITIZE ?=

PKG_HOST    := libbpf libelf yaml-0.1 jansson libmd libcap-ng zlib
# dlopen (user/demangle.c) is the C library's own from 2.34 on only.
LIBS_HOST   := $(shell pkg-config --libs $(PKG_HOST) 2>/dev/null) -ldl
# To load these small libraries takes longer than all else that the host does itself before it traces, so the
# installed binary has them in it. DYNAMIC=1: not so, as a distribution may want it.
ifeq ($(DYNAMIC)$(SANITIZE),)
LINK_HOST   := -Wl,-Bstatic -lbpf -lyaml -ljansson -lmd -lcap-ng -Wl,-Bdynamic -lelf -lz -ldl
LINK_CAP    := -Wl,-Bstatic -lcap-ng -Wl,-Bdynamic
else
LINK_HOST   := $(LIBS_HOST)
LINK_CAP    := -lcap-ng
endif
LIBS_EXPORT := $(shell pkg-config --libs libmicrohttpd libseccomp 2>/dev/null) -lm
WARN        := -Wall -Wextra -Wshadow $(WERROR)
ALL_CFLAGS   = -std=gnu17 -D_GNU_SOURCE= $(WARN) -Ihost -I$(BUILD) -DBCCHOST_VERSION='"$(VERSION)"' -DBCCHOST_DATE='"$(DATE)"' \
               $(CPPFLAGS) $(CFLAGS) $(SANITIZE) -MMD -MP

# The host is everything but the compiler process, which has a main of its own.
HOST_SRC   := $(wildcard host/base/*.c host/kernel/*.c host/container/*.c host/tool/*.c host/text/*.c \
                host/object/*.c host/user/*.c host/trace/*.c host/output/*.c host/script/*.c)
HELPER_SRC := $(wildcard host/compiler/*.c) $(wildcard host/base/*.c) host/object/object.c
# The exporter: a main of its own, the host's way to an object, and what only it needs.
EXPORT_SRC := $(filter-out host/export/main.c,$(wildcard host/export/*.c)) host/prepare.c
TEST_SRC   := $(wildcard tests/unit/*.c)

HOST_OBJ   := $(HOST_SRC:%.c=$(BUILD)/%.o)
EXPORT_OBJ := $(EXPORT_SRC:%.c=$(BUILD)/%.o)
HELPER_OBJ := $(HELPER_SRC:%.c=$(BUILD)/%.o)
TESTS      := $(patsubst tests/unit/test_%.c,$(BUILD)/test_%,$(filter tests/unit/test_%.c,$(TEST_SRC)))
TEST_COMMON := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/unit/test_%.c,$(TEST_SRC)))

.PHONY: all man clean install uninstall unit unit-tests unit-list check demo matrix deb debtest soak bench lint format help \
	port-corpus run-corpus
.SECONDARY:
all: $(BUILD)/bcchost $(BUILD)/bcchost-compile $(BUILD)/bcchost-export $(BUILD)/bcchost-sandbox

$(BUILD)/bcchost: $(patsubst %.c,$(BUILD)/%.o,$(wildcard host/*.c)) $(HOST_OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $(SANITIZE) -o $@ $^ $(LINK_HOST)

$(BUILD)/bcchost-export: $(BUILD)/host/export/main.o $(EXPORT_OBJ) $(HOST_OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $(SANITIZE) -o $@ $^ $(LINK_HOST) $(LIBS_EXPORT)

# The symbols that it puts in libbcc's place must be visible to libbcc.so. The libbpf that it reads BTF with
# is its own, seen by nobody else: libbcc has another, and which differs from release to release. What it puts
# in the place of a function of libbcc's libbpf must not be hidden with its own libbpf's, which has another name for it.
LIBBPF_A := $(firstword $(wildcard $(shell pkg-config --variable=libdir libbpf 2>/dev/null)/libbpf.a))
$(BUILD)/bcchost-compile: $(HELPER_OBJ) $(BUILD)/libbpf-own.a
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $(SANITIZE) -rdynamic -Wl,--exclude-libs,ALL -o $@ $^ -lbcc -lelf -lz -ldl $(LINK_CAP)

$(BUILD)/libbpf-own.a: $(LIBBPF_A)
	@mkdir -p $(@D)
	objcopy --redefine-sym btf__load_into_kernel=own_btf__load_into_kernel $(or $(LIBBPF_A),libbpf.a) $@

# The C library has the names of errors from 2.32 on only.
$(BUILD)/errno_names.h:
	@mkdir -p $(@D)
	echo '#include <errno.h>' | $(CC) -E -dM - | sed -nE 's/^#define (E[A-Z0-9]+) ([0-9]+)$$/[\2] = "\1",/p' | sort -V >$@
$(BUILD)/host/base/errno_name.o: $(BUILD)/errno_names.h

# What `bcchost port` runs a script in.
$(BUILD)/bcchost-sandbox: $(BUILD)/host/sandbox/main.o
	$(CC) $(CFLAGS) $(LDFLAGS) $(SANITIZE) -o $@ $^ -lseccomp

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/test_%: $(BUILD)/tests/unit/test_%.o $(TEST_COMMON) $(EXPORT_OBJ) $(HOST_OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $(SANITIZE) -o $@ $^ $(LIBS_HOST) $(LIBS_EXPORT) -lcmocka

# Not part of `all`: what tests/bench measures.
$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(HOST_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $(SANITIZE) -o $@ $^ $(LIBS_HOST)

# The manual pages: of bcchost, and of each tool of tools.list.
TOOLS_LISTED := $(shell sed -E '/^[[:space:]]*(\#|$$)/d; s/[[:space:]].*//' tools.list)
MAN := $(BUILD)/man/bcchost.8 $(BUILD)/man/bcchost-run.8 $(TOOLS_LISTED:%=$(BUILD)/man/bcchost-%.8)
man: $(MAN)

# BCCHOST_PATH: no tool of the user's own in its place.
$(BUILD)/man/bcchost.8: $(BUILD)/bcchost tools.list $(wildcard programs/*.yaml)
	@mkdir -p $(@D)
	BCCHOST_PATH= $(BUILD)/bcchost man >$@.new && mv $@.new $@

$(BUILD)/man/bcchost-run.8: $(BUILD)/bcchost
	@mkdir -p $(@D)
	$(BUILD)/bcchost man run >$@.new && mv $@.new $@

$(BUILD)/man/bcchost-%.8: programs/%.yaml $(BUILD)/bcchost tools.list
	@mkdir -p $(@D)
	BCCHOST_PATH= $(BUILD)/bcchost man $* >$@.new && mv $@.new $@

# Where systemd looks, and where the exporter's unit finds its configuration.
UNITDIR    ?= $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= $(PREFIX)/etc
UNITS      := $(wildcard deploy/*.service)
CONFIGS    := $(wildcard deploy/export.yaml)
# Where zsh looks; Debian's packages have vendor-completions for it.
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
BASH_COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions

# Shared files find their place beside the binary: bin/../libexec, bin/../share.
install: all man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/bcchost \
		$(DESTDIR)$(PREFIX)/share/bcchost/programs $(DESTDIR)$(PREFIX)/share/bcchost/templates \
		$(DESTDIR)$(PREFIX)/share/bcchost/completion $(DESTDIR)$(PREFIX)/share/man/man8 \
		$(DESTDIR)$(BASH_COMPLETIONS) $(DESTDIR)$(ZSH_COMPLETIONS)
	install -m 644 completion/bcchost completion/_bcchost $(DESTDIR)$(PREFIX)/share/bcchost/completion
	install -m 644 completion/bcchost $(DESTDIR)$(BASH_COMPLETIONS)
	install -m 644 completion/_bcchost $(DESTDIR)$(ZSH_COMPLETIONS)
	install -m 644 $(MAN) $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 755 $(BUILD)/bcchost $(DESTDIR)$(PREFIX)/bin/bcchost
	install -m 755 $(BUILD)/bcchost-compile $(BUILD)/bcchost-export $(BUILD)/bcchost-sandbox $(DESTDIR)$(PREFIX)/libexec/bcchost
	install -d $(DESTDIR)$(PREFIX)/share/bcchost/port
	install -m 644 host/port/*.py $(DESTDIR)$(PREFIX)/share/bcchost/port
	install -m 644 tools.list $(DESTDIR)$(PREFIX)/share/bcchost/tools.list
	install -m 644 programs/*.yaml $(DESTDIR)$(PREFIX)/share/bcchost/programs
	cp -R templates/. $(DESTDIR)$(PREFIX)/share/bcchost/templates
	chmod -R u=rwX,go=rX $(DESTDIR)$(PREFIX)/share/bcchost
	for f in $(UNITS); do \
		install -d $(DESTDIR)$(UNITDIR) && \
		sed 's|/usr/bin/|$(PREFIX)/bin/|g; s|/etc/bcchost/|$(SYSCONFDIR)/bcchost/|g' $$f >$(DESTDIR)$(UNITDIR)/$${f##*/} || exit 1; \
	done
	for f in $(CONFIGS); do \
		[ -e $(DESTDIR)$(SYSCONFDIR)/bcchost/$${f##*/} ] || install -D -m 644 -t $(DESTDIR)$(SYSCONFDIR)/bcchost $$f || exit 1; \
	done

# A configuration that somebody changed stays.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/bcchost $(MAN:$(BUILD)/man/%=$(DESTDIR)$(PREFIX)/share/man/man8/%)
	rm -rf $(DESTDIR)$(PREFIX)/libexec/bcchost $(DESTDIR)$(PREFIX)/share/bcchost
	rm -f $(UNITS:deploy/%=$(DESTDIR)$(UNITDIR)/%)
	for f in $(CONFIGS); do \
		! cmp -s $$f $(DESTDIR)$(SYSCONFDIR)/bcchost/$${f##*/} || rm $(DESTDIR)$(SYSCONFDIR)/bcchost/$${f##*/}; \
	done
	rm -f $(DESTDIR)$(BASH_COMPLETIONS)/bcchost $(DESTDIR)$(ZSH_COMPLETIONS)/_bcchost

# These install what they need first (as root) and can run on a bare Debian 12.
check demo lint unit deb debtest:
	@tests/run $@

# BENCH="start native": a part of it (tests/bench/run).
bench:
	@tests/run bench

# Ten minutes of opens by 100,000 names, as root: the exporter's memory has a bound. SOAK=60: seconds.
soak: all
	tests/soak $(abspath $(BUILD))/bcchost $(SOAK)

matrix:
	@KERNELS="$(KERNELS)" TOOLS="$(TOOLS)" CASES="$(CASES)" tests/run matrix

# Debian's bpfcc-tools, ported, and compared on 6.1 with what BCC does there; and their C texts, run. Both need
# the lab (tests/setup) and root. CORPUS=DIR: other scripts; VM=no: nothing is run on a real kernel.
port-corpus: all $(BUILD)/bench/print_events
	@CORPUS="$(CORPUS)" tests/port-corpus $(if $(filter no,$(VM)),--no-vm) $(SCRIPTS)
run-corpus: all
	@CORPUS="$(CORPUS)" tests/run-corpus $(SCRIPTS)

# For tests/run-unit, which calls them with the sanitizers' flags.
unit-tests: $(TESTS)
unit-list:
	@echo $(TESTS)

format:
	clang-format -i $$(find host tests -name '*.[ch]')

help:
	@echo "make            builds $(BUILD)/bcchost and $(BUILD)/bcchost-compile"
	@echo "make man        the manual pages in $(BUILD)/man"
	@echo "make demo       installs what is needed, builds, runs filelife with a small workload"
	@echo "make check      installs what is needed, builds, runs all tests"
	@echo "make unit       the unit tests, with sanitizers"
	@echo "make matrix     the tools on four real kernels; KERNELS=bookworm TOOLS=filelife: a part"
	@echo "make deb        a Debian package in $(BUILD)/deb, for Debian 11 and later"
	@echo "make debtest    installs and runs it in clean roots of four releases; RELEASES=sid: a part"
	@echo "make soak       ten minutes of events at full rate into the exporter; SOAK=60: seconds"
	@echo "make bench      beside BCC, libbpf-tools and bpftrace; BENCH=start BENCH_TOOLS=filelife: a part"
	@echo "make port-corpus  bcchost port on each script of Debian's bpfcc-tools; SCRIPTS=opensnoop: a part; VM=no: nothing is run"
	@echo "make run-corpus  bcchost run on the C text of each of them, as it is"
	@echo "make lint       format and static analysis"
	@echo "make format     clang-format over all C"
	@echo "make install    PREFIX=$(PREFIX), DESTDIR; make uninstall takes it away again"
	@echo "make clean      removes $(BUILD)"

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
