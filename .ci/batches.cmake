# ctxcap_batches(OUT target SOURCE...): what to compile instead of the sources of a target: a few files that include
# them, see batches.awk. They are made anew whenever CMake runs; when a new private name meets another one in
# between ("redefinition of"), run it again.
set(CTXCAP_BATCH 2000 CACHE STRING "Lines that are compiled at once; 1: every file by itself")

function(ctxcap_batches out target)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]")
  set(prefix ${CMAKE_CURRENT_BINARY_DIR}/${target}_)
  execute_process(
    COMMAND awk -v lines=${CTXCAP_BATCH} -v root=${CMAKE_SOURCE_DIR}/src -v prefix=${prefix}
      -f ${CMAKE_SOURCE_DIR}/.ci/batches.awk ${ARGN}
    OUTPUT_VARIABLE batches OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" batches "${batches}")
  foreach(batch IN LISTS batches)
    if(EXISTS ${batch}.new)  # what did not change is not compiled again
      file(COPY_FILE ${batch}.new ${batch} ONLY_IF_DIFFERENT)
      file(REMOVE ${batch}.new)
    endif()
  endforeach()
  set(${out} ${batches} PARENT_SCOPE)
endfunction()
