# SPDX-License-Identifier: MIT
# Shortcuts; CMakeLists.txt does the work. `make help` prints the lines below.
#   make                  builds build/release/densenet and the libraries
#   make demo             shows what it does, on PICTURES=, with WEIGHTS= if given
#   make test             runs every test
#   make bench            measures, side by side with other engines
#   make fuzz             runs each fuzz target, or TARGET=, for SECONDS=
#   make coverage         says what the tests reach, room by room
#   make install          into PREFIX=, below DESTDIR= if given
#   make uninstall        removes what make install put there last
#   make figures          redraws the figures of docs/
#   make format           formats the code; make check-format only checks
#   make help             lists these
#   make clean            removes everything that was built
BUILD ?= build/release
PREFIX ?= /usr/local
SECONDS ?= 60
PICTURES ?=
MAKEFLAGS += --no-print-directory
ifneq ($(shell command -v ninja),)
export CMAKE_GENERATOR ?= Ninja
endif

.PHONY: all demo test bench fuzz coverage install uninstall figures format check-format help clean
all: $(BUILD)/CMakeCache.txt
	@cmake --build $(BUILD) --parallel
	@echo "densenet is built: $(BUILD)/densenet; make install puts it on the path"

$(BUILD)/CMakeCache.txt:
	@scripts/deps --check
	@cmake -S . -B $(BUILD) -DBUILD_TESTING=OFF $(CMAKE_FLAGS) >/dev/null

demo:
	@WEIGHTS="$(WEIGHTS)" scripts/demo.sh $(PICTURES)

test:
	@scripts/test.sh

bench: all
	@scripts/bench.sh $(BUILD)/densenet $(BENCH_FLAGS)

fuzz:
	@scripts/fuzz.sh $(SECONDS) $(TARGET)

coverage:
	@scripts/coverage.sh

install: all
	@cmake --install $(BUILD) --prefix $(PREFIX)

uninstall:
	@scripts/uninstall.sh $(BUILD)

figures:
	@python3 scripts/draw_figures.py

format:
	@scripts/format.sh

check-format:
	@scripts/format.sh --check

help:
	@sed -n 's/^#   make/  make/p' Makefile

clean:
	rm -rf build
