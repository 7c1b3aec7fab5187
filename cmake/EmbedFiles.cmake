# rollcall_embed_files(<library> PREFIX <Prefix> FOLDER <folder> NAMES <name>...)
#
# A library in which each <folder>/<name>.textproto is a function that gives its
# bytes: "snow-licence" with the prefix Mapping is MappingSnowLicence(). See
# Embed.cmake.
function(rollcall_embed_files library)
  cmake_parse_arguments(ARG "" "PREFIX;FOLDER" "NAMES" ${ARGN})
  set(sources "")
  foreach(name ${ARG_NAMES})
    set(symbol ${ARG_PREFIX})
    string(REPLACE "-" ";" words ${name})
    foreach(word ${words})
      string(SUBSTRING ${word} 0 1 initial)
      string(TOUPPER ${initial} initial)
      string(SUBSTRING ${word} 1 -1 rest)
      string(APPEND symbol ${initial}${rest})
    endforeach()
    set(input ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_FOLDER}/${name}.textproto)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cc)
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -DSYMBOL=${symbol}
              -P ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake
      DEPENDS ${input} ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake
      VERBATIM)
    list(APPEND sources ${output})
  endforeach()
  add_library(${library} STATIC ${sources})
  # Each has the same names in its unnamed namespace.
  set_target_properties(${library} PROPERTIES UNITY_BUILD OFF)
endfunction()
