# SPDX-License-Identifier: MIT
# The file of each instruction set is the same templates with different flags. FMA
# contraction is asked for, except of maps of bytes, whose bits are the same everywhere;
# -ffast-math is not.
set(DENSENET_KERNEL_OPTIMISATION -O3 CACHE STRING "How kernels are optimised")
set(KERNEL_FLAGS ${DENSENET_KERNEL_OPTIMISATION} -ffp-contract=fast)
if(DENSENET_SANITIZE)
  # UBSan in unrolled register tiles takes minutes to compile: addresses are
  # checked, and the numbers are compared with plain C. A checked address may
  # separate a product from its sum in one place and not in another: without
  # contraction the bits stay the same.
  set(KERNEL_FLAGS -O1 -ffp-contract=off -fno-sanitize=undefined)
  if(CMAKE_C_COMPILER_ID MATCHES Clang AND DENSENET_SANITIZE MATCHES address)
    # Written out at each access, checks take minutes to compile, too: in large functions they
    # are calls. Twins, which are not optimised, keep theirs.
    set(CALLED_CHECKS -mllvm -asan-instrumentation-with-call-threshold=200)
  endif()
endif()
if(DENSENET_FUZZ AND LIB_FUZZING_ENGINE)
  set(KERNEL_FLAGS -O1 -fno-sanitize=all) # no fuzz target runs them
elseif(FUZZING_ENGINE)
  list(APPEND KERNEL_FLAGS -fno-sanitize=fuzzer-no-link)
endif()
set(LEVELS baseline neon avx2 avx512)
set(REFINED_LEVELS avxvnni avx512vnni avx512bf16 amx neondot neoni8mm neonbf16) # each is one of LEVELS but for some rows
set(LANES_baseline 4)
set(LANES_neon 4)
set(LANES_neondot 4)
set(LANES_neoni8mm 4)
set(LANES_neonbf16 4)
set(LANES_avx2 8)
set(LANES_avxvnni 8)
set(LANES_avx512 16)
set(LANES_avx512vnni 16)
set(LANES_avx512bf16 16)
set(LANES_amx 16)
file(GLOB REFERENCE_SOURCES CONFIGURE_DEPENDS src/kernels/reference/*.c)
set_source_files_properties(${REFERENCE_SOURCES} PROPERTIES COMPILE_OPTIONS "${KERNEL_FLAGS}")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(FLAGS_avx2 -mavx2 -mfma)
  set(FLAGS_avx512 -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprefer-vector-width=512)
  set(FLAGS_avxvnni ${FLAGS_avx2} -mavxvnni)
  set(FLAGS_avx512vnni ${FLAGS_avx512} -mavx512vnni)
  set(FLAGS_avx512bf16 ${FLAGS_avx512vnni} -mavx512bf16)
  set(FLAGS_amx ${FLAGS_avx512bf16} -mamx-tile -mamx-bf16 -mamx-int8)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(FLAGS_neondot -march=armv8.2-a+dotprod)
  set(FLAGS_neoni8mm -march=armv8.2-a+i8mm)
  set(FLAGS_neonbf16 -march=armv8.2-a+bf16)
endif()
foreach(level ${LEVELS} ${REFINED_LEVELS})
  set_source_files_properties(src/kernels/level_${level}.c src/kernels/halves_${level}.c
    PROPERTIES COMPILE_OPTIONS "${KERNEL_FLAGS};${CALLED_CHECKS};${FLAGS_${level}}")
  set_source_files_properties(src/kernels/bytes_${level}.c src/kernels/kept_${level}.c
    PROPERTIES COMPILE_OPTIONS
      "${KERNEL_FLAGS};${CALLED_CHECKS};-ffp-contract=off;${FLAGS_${level}}")
endforeach()
