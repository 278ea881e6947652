# Compiles the first C++ program of the README as a user's compiler does, and says how long that takes.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
file(REMOVE_RECURSE ${WORK})

file(READ ${SUMI_SOURCE}/README.md readme)
if(NOT readme MATCHES "```cpp\n([^`]*int main[^`]*)```")
  message(FATAL_ERROR "README.md has no program between ```cpp and ```")
endif()
file(WRITE ${WORK}/program.cpp "${CMAKE_MATCH_1}")

string(TIMESTAMP before "%s%f")
run(${COMPILER} -std=c++20 -O2 -I ${SUMI_SOURCE}/include -c ${WORK}/program.cpp -o ${WORK}/program.o)
string(TIMESTAMP after "%s%f")
math(EXPR milliseconds "(${after} - ${before}) / 1000")
message("The README's program compiles in ${milliseconds} ms")
