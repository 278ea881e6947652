# Installs sumi, moves the installation somewhere else, builds a user's project against it and runs it.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
file(REMOVE_RECURSE ${WORK})

run(${CMAKE_COMMAND} --install ${SUMI_BUILD} --prefix ${WORK}/before)
file(RENAME ${WORK}/before ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/installed -B ${WORK}/build -G Ninja -D CMAKE_PREFIX_PATH=${WORK}/prefix -D
    CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/user)
if(NOT output MATCHES "Epoch 2/2.*loss fell: yes")
  message(FATAL_ERROR "the user's program printed something else:\n${output}")
endif()

# `sumi bench` finds its script beside itself. The Python here only says with what it was called.
if(EXISTS ${WORK}/prefix/bin/sumi)
  file(WRITE ${WORK}/python "#!/bin/sh\necho '{\"missing\": \"'$1'\"}'\n")
  file(CHMOD ${WORK}/python PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  run(${WORK}/prefix/bin/sumi bench --steps 10 --peers ${WORK}/python)
  if(NOT output MATCHES "Not timed: pytorch .${WORK}/prefix/share/sumi/peers.py")
    message(FATAL_ERROR "sumi bench took another script than the installed one:\n${output}")
  endif()
endif()

# Versions: any patch of this minor version will do, no other.
foreach(wanted IN ITEMS 0.0 0.2 1.0)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/installed -B ${WORK}/build-${wanted} -G Ninja -D
            CMAKE_PREFIX_PATH=${WORK}/prefix -D CMAKE_CXX_COMPILER=${COMPILER} -D WANTED_VERSION=${wanted}
    RESULT_VARIABLE status
    ERROR_VARIABLE errors
    OUTPUT_QUIET)
  if(status EQUAL 0 OR NOT errors MATCHES "compatible[ \n]+with[ \n]+requested")
    message(FATAL_ERROR "find_package(sumi ${wanted}) should have been refused:\n${errors}")
  endif()
endforeach()
