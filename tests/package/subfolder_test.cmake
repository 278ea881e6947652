# Configures a project that has sumi as a subfolder. CMakeLists.txt there says what must hold.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
file(REMOVE_RECURSE ${WORK})

run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/subfolder -B ${WORK} -G Ninja -D SUMI_SOURCE=${SUMI_SOURCE} -D
    CMAKE_CXX_COMPILER=${COMPILER})
