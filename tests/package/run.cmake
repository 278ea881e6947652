# run(COMMAND ARGUMENT...): runs it, leaves what it printed in `output`, and fails where it fails.
function(run)
  execute_process(
    COMMAND ${ARGN}
    RESULT_VARIABLE status
    OUTPUT_VARIABLE printed
    ERROR_VARIABLE printed)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status}:\n${printed}")
  endif()
  set(output "${printed}" PARENT_SCOPE)
endfunction()
