# Runs a fuzzer on its seeds, and for SUMI_FUZZ_SECONDS of the environment on what it makes of them. What it finds lies in
# WORK.
file(MAKE_DIRECTORY ${WORK}/corpus)
set(limit -runs=0)
if(DEFINED ENV{SUMI_FUZZ_SECONDS})
  set(limit -max_total_time=$ENV{SUMI_FUZZ_SECONDS})
endif()
# What the sanitizer itself keeps must stay small beside the limit: few freed bytes, and two frames of each allocation's
# stack, since libraries without frame pointers make every stack look new, and all of them would be remembered.
set(ENV{ASAN_OPTIONS} quarantine_size_mb=16:malloc_context_size=2)
# A file of so many kilobytes may take 64 MB of memory and four times itself, and the sanitizer's own.
execute_process(
  COMMAND ${FUZZER} ${limit} -rss_limit_mb=512 -malloc_limit_mb=96 -max_len=65536 -timeout=20 -print_final_stats=1
          -artifact_prefix=${WORK}/ ${WORK}/corpus ${SEEDS}
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${FUZZER} found something: see ${WORK}")
endif()
