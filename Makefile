# SPDX-License-Identifier: MIT
# The human door; CMakeLists.txt does the work.
BUILD ?= build/release
PREFIX ?= /usr/local
GENERATOR := $(if $(shell command -v ninja),-G Ninja)

.PHONY: all format install clean
all: $(BUILD)/CMakeCache.txt
	@cmake --build $(BUILD) --parallel

$(BUILD)/CMakeCache.txt:
	@cmake -S . -B $(BUILD) $(GENERATOR) -DCMAKE_BUILD_TYPE=Release $(CMAKE_FLAGS) >/dev/null

format:
	clang-format -i $$(git ls-files --cached --others --exclude-standard '*.c' '*.h')

install: all
	@cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	rm -rf build
