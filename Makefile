# SPDX-License-Identifier: GPL-3.0-or-later
#
# scalepath. `make help` lists what can be made. Settings of your own go to config.mak (not tracked):
#
#   CC, CXX           the compilers                         (gcc, g++)
#   BUILD             release, debug, asan or tsan          (release); each has its own folder under build/
#   PREFIX, DESTDIR   where `make install` puts things      (/usr/local, nothing)
#   DEPS=no           do not install missing packages
#   V=1               show the whole commands

-include config.mak

BUILD   ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
DEPS    ?= yes
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
Q := $(if $(V),,@)

# --- what is built from what -------------------------------------------------------------------------------

OUT := build/$(BUILD)
LIBRARY := $(OUT)/libscalepath.a
PROGRAM := $(OUT)/scalepath

# Hot loops over arrays (engine/math) are compiled once for every processor level; one is chosen at run time.
LEVELS := $(if $(filter x86_64,$(shell uname -m)),v2 v3 v4,any)
LEVEL_FLAGS_v2 := -march=x86-64-v2
LEVEL_FLAGS_v3 := -march=x86-64-v3
LEVEL_FLAGS_v4 := -march=x86-64-v4 -mprefer-vector-width=512
LEVEL_FLAGS_any :=
KERNEL_SOURCE := engine/math/kernels_level.c

LIBRARY_C   := $(filter-out $(KERNEL_SOURCE),$(wildcard engine/*/*.c models/*.c scenarios/*.c output/*.c))
LIBRARY_CXX := $(wildcard scenarios/*.cpp)
CLI_C       := $(wildcard cli/*.c)
TEST_C      := $(wildcard tests/unit/*/*.c tests/stat/*.c tests/support/*.c)
BENCH_C     := $(wildcard tests/bench/*.c)
HEADERS     := $(wildcard engine/*/*.h models/*.h scenarios/*.h output/*.h cli/*.h tests/*/*.h)

LIBRARY_O := $(LIBRARY_C:%.c=$(OUT)/%.o) $(LIBRARY_CXX:%.cpp=$(OUT)/%.o) \
             $(LEVELS:%=$(OUT)/$(KERNEL_SOURCE:.c=)_%.o)
CLI_O     := $(CLI_C:%.c=$(OUT)/%.o)
TEST_O    := $(TEST_C:%.c=$(OUT)/%.o)
PLAIN     := $(BENCH_C:tests/bench/%.c=$(OUT)/%)

# --- how -----------------------------------------------------------------------------------------------------

PACKAGES := gsl hdf5-serial jansson tomlplusplus xlsxwriter
ifneq ($(filter-out help deps clean lint check-layers,$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell pkg-config --exists $(PACKAGES) criterion 2>/dev/null && echo found),found)
NEED_DEPS := yes
endif
endif
# The order of the flags matters to nobody, but they are read when they are used: after `deps` has run.
CFLAGS_LIBS = $(shell pkg-config --cflags $(PACKAGES))
LIBS        = $(shell pkg-config --libs $(PACKAGES)) -lhdf5_hl -lstdc++ -lm

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla \
            -Wformat=2 -Wundef -Wunused-result -Wno-missing-field-initializers -Werror
WARNINGS_CXX := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror

# Bits: no contraction into fused operations but those written as fma, and never -ffast-math. A loop over many
# arrays is vectorised too: gcc looks at run time whether they overlap, by default for ten pairs at most.
FLAGS := -std=gnu17 -D_GNU_SOURCE -I. -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp -g \
         -fno-common --param vect-max-version-for-alias-checks=64
FLAGS_release := -O3
FLAGS_debug   := -O0 -DSP_DEBUG
FLAGS_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_tsan    := -O1 -fsanitize=thread
CFLAGS_ALL   = $(FLAGS) $(FLAGS_$(BUILD)) $(WARNINGS) $(CFLAGS_LIBS) $(CFLAGS)
CXXFLAGS_ALL = -std=c++17 -DNDEBUG -I. -g $(FLAGS_$(BUILD)) $(WARNINGS_CXX) $(CFLAGS_LIBS) $(CXXFLAGS)

##@ Use

all: $(PROGRAM) ## Build the program and libscalepath.a

run: $(PROGRAM) ## Simulate the plan's moderate scenario, write build/moderate.h5 and show its bands
	$(Q)$(PROGRAM) run scenarios/moderate.toml -o build/moderate.h5
	$(Q)$(PROGRAM) show build/moderate.h5

install: $(PROGRAM) ## Install program, library and scenarios under DESTDIR/PREFIX
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib
	$(Q)install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/scalepath
	$(Q)install -m 644 $(LIBRARY) $(DESTDIR)$(PREFIX)/lib/libscalepath.a
	$(Q)for file in $(wildcard scenarios/*.toml scenarios/*.csv scenarios/*/*.toml); do \
	  install -D -m 644 $$file $(DESTDIR)$(PREFIX)/share/scalepath/$$file; done

##@ Check

test: deps ## Everything that CI checks: unit, statistical, command-line, Python and bit-identity tests
	$(Q)$(MAKE) --no-print-directory test-installed

test-installed: $(OUT)/unit-tests $(PROGRAM) $(PLAIN) check-layers check-headers check-symbols
	$(Q)tests/support/run-tests $(OUT)

asan: ## The unit tests and the command-line tests under the address and undefined-behaviour sanitizers
	$(Q)$(MAKE) BUILD=asan build/asan/unit-tests build/asan/scalepath
	$(Q)tests/support/run-tests build/asan

bench: $(PROGRAM) $(PLAIN) ## RM1 beside other programs, the moderate scenario, and how cost grows; some 5 minutes
	$(Q)tests/bench/compare_rm1.py $(OUT)
	$(Q)tests/bench/sidebyside.py $(OUT)
	$(Q)$(OUT)/draws
	$(Q)tests/bench/growth.py $(OUT)
	$(Q)tests/bench/kept.py $(OUT)

bench-check: $(PROGRAM) $(PLAIN) ## Fails when scalepath has become 15 % slower since bench-record
	$(Q)tests/bench/ratios.py $(OUT) check

bench-record: $(PROGRAM) $(PLAIN) ## Write the ratios that bench-check compares with: tests/bench/recorded.json
	$(Q)tests/bench/ratios.py $(OUT) record

check-bits: $(PROGRAM) ## Same bytes for any threads, block size, kernel level and masked processor feature
	$(Q)tests/support/check-bits $(PROGRAM)

check-layers: ## Who may include whom (README.md says it)
	$(Q)tests/support/check-layers

check-headers: $(HEADERS:%=$(OUT)/check/%.ok) ## Every header compiles alone

check-symbols: $(LIBRARY) ## Every exported function is named after its file
	$(Q)tests/support/check-symbols $(OUT)

lint: ## clang-format, cppcheck and shellcheck, where they are installed
	$(Q)tests/support/lint

##@ Keep house

reference: $(PROGRAM) ## Make scenarios/REFERENCE.md anew from the descriptors
	$(Q)$(PROGRAM) explain --reference > $(OUT)/REFERENCE.md && mv $(OUT)/REFERENCE.md scenarios/REFERENCE.md

deps: ## Install the Debian or Ubuntu packages that are missing (as root or through sudo)
	$(Q)tests/support/install-deps $(DEPS)

clean: ## Remove everything that was built
	$(Q)rm -rf build

help: ## This list
	$(Q)awk 'BEGIN { FS = ":.*## " } /^##@/ { print "\n" substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	$(Q)echo; sed -n '5,9s/^# */  /p' Makefile

.PHONY: all run install test test-installed asan bench bench-check bench-record check-bits check-layers check-headers check-symbols lint reference deps \
        clean help

# --- rules ---------------------------------------------------------------------------------------------------

# Flags are kept in a file, so that changing them rebuilds; it waits for the packages whose flags it holds.
$(OUT)/flags: FORCE $(if $(NEED_DEPS),deps)
	$(Q)mkdir -p $(@D); new='$(CC) $(CFLAGS_ALL) $(CXX) $(CXXFLAGS_ALL)'; \
	  [ "$$new" = "$$(cat $@ 2>/dev/null)" ] || echo "$$new" > $@
FORCE:

$(OUT)/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D); $(if $(V),,echo "  cc    $<")
	$(Q)$(CC) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

$(OUT)/%.o: %.cpp $(OUT)/flags
	@mkdir -p $(@D); $(if $(V),,echo "  c++   $<")
	$(Q)$(CXX) $(CXXFLAGS_ALL) -MMD -MP -c $< -o $@

define LEVEL_RULE
$(OUT)/$(KERNEL_SOURCE:.c=)_$(1).o: $(KERNEL_SOURCE) $(OUT)/flags
	@mkdir -p $$(@D); $(if $(V),,echo "  cc    $$< ($(1))")
	$(Q)$$(CC) $$(CFLAGS_ALL) $$(LEVEL_FLAGS_$(1)) -DSP_LEVEL=$(1) -MMD -MP -c $$< -o $$@
endef
$(foreach level,$(LEVELS),$(eval $(call LEVEL_RULE,$(level))))

$(LIBRARY): $(LIBRARY_O)
	@$(if $(V),,echo "  ar    $@"); rm -f $@
	$(Q)ar rcsD $@ $^

$(PROGRAM): $(CLI_O) $(LIBRARY)
	@$(if $(V),,echo "  link  $@")
	$(Q)$(CC) $(CFLAGS_ALL) $(CLI_O) $(LIBRARY) -o $@ $(LIBS)

$(OUT)/unit-tests: $(TEST_O) $(LIBRARY)
	@$(if $(V),,echo "  link  $@")
	$(Q)$(CC) $(CFLAGS_ALL) $(TEST_O) $(LIBRARY) -o $@ $(LIBS) -lcriterion

# The plain programs that people would write: no part of the library is linked to them.
$(filter-out %/variants %/draws %/fused_rm1,$(PLAIN)): $(OUT)/%: $(OUT)/tests/bench/%.o
	$(Q)$(CC) $(CFLAGS_ALL) $< -o $@ $(shell pkg-config --libs gsl) -lm

$(OUT)/variants $(OUT)/draws $(OUT)/fused_rm1: $(OUT)/%: $(OUT)/tests/bench/%.o $(LIBRARY)
	$(Q)$(CC) $(CFLAGS_ALL) $^ -o $@ $(LIBS)

$(OUT)/check/%.ok: % $(OUT)/flags
	$(Q)mkdir -p $(@D); $(CC) $(CFLAGS_ALL) -fsyntax-only -x c -include stddef.h $< && touch $@

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
