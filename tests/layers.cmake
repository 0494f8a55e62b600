# The room graph, checked:  cmake -DROOT=<repo>/src -P tests/layers.cmake
# Silent when every include keeps to the map below; else one line for each that does not, and exit 1.
cmake_minimum_required(VERSION 3.25)

# Which rooms a room may include. A room without a line fails.
set(pure ingest demand model memory tenants card policy plan render report manual)
set(edge sources runtime gpu state cli setup describe history notify)
set(may_base  "")
set(may_data  base)
set(may_ports base)
foreach(room IN LISTS pure)
  set(may_${room} base data)
endforeach()
foreach(room IN LISTS edge)
  set(may_${room} base data ports)
endforeach()
set(may_settings base data policy)  # its words for policies are policy's own
# The terminal tells errors and takes the flags of settings; what is told of both can be read as a manual.
list(APPEND may_cli settings report)
list(APPEND may_manual settings report cli)
# A configuration is made of what can be seen from here.
list(APPEND may_setup settings plan runtime gpu sources manual cli)
# What a model is, is read by rules and asked of whoever may know.
list(APPEND may_describe settings model memory runtime gpu state cli)
# What programs say of memory is read by rules; what a driver's tool printed is what the driver says.
list(APPEND may_history tenants gpu)
# What a server has and what is written down of it are one protocol; the state knows nothing of servers.
list(APPEND may_runtime state)
# Steps of a run, put together of rooms that do not know each other: requests read, the card found, a window advised,
# a change made, a night kept.
set(steps intake survey advise apply)
set(may_intake base data ports cli ingest sources)
set(may_survey base data ports cli settings card describe gpu history memory model runtime state tenants)
set(may_advise base data ports cli settings demand describe intake memory model plan policy render sources)
set(may_apply  base data ports cli settings gpu plan policy report runtime state)
set(may_nights base data ports cli settings ${steps} card demand describe notify plan policy render report runtime state)
set(may_io  base ports)
set(may_app base data ports settings ${pure} ${edge} ${steps} nights)

set(open_rooms base data ports)  # every header is public; of other rooms only <room>/<room>.hpp is

# Rooms whose folders are rooms again: from outside of a folder only <folder>/<folder>.hpp, but for those that
# the others share.
set(nested_rooms sources)
set(shared_folders sources/containers sources/servers)

# Foreign header prefix -> the rooms, folders or files that may include it.
set(only_simdjson base/simd_json.hpp)
set(only_boost    demand)
set(only_curl     io)
set(only_sqlite3  io)
set(only_CLI      cli)
set(only_kainjow  base/template.cpp)
set(only_isa      sources/containers)  # <isa-l/...>
set(only_zstd     sources/containers)
set(only_toml    base/toml.cpp)
set(only_pugixml gpu)
set(only_nlohmann base/json.hpp)
set(may_read_json base data settings manual model sources runtime report state history notify)

# What pure rooms may not name: they neither print nor ask for time, files or the environment.
set(impure "std::cout|std::cerr|getenv|system_clock|steady_clock|fopen|ifstream|ofstream|printf\\(stderr")

# What a pointer may be cast to: bytes, or a number. Anything wider could be misaligned, which the sanitizer build does
# not look for.
set(cast_to "^(const )?(char|std::uint8_t|void)\\*$|^std::uintptr_t$")
set(may_cast gpu/nvml.cpp io/curl.cpp)  # functions out of a library

set(max_lines 400)

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/*.hpp ${ROOT}/*.cpp)
foreach(file IN LISTS files)
  if(NOT file MATCHES "^([a-z_]+)/")
    continue()  # main.cpp builds the world: it may include anything
  endif()
  set(room ${CMAKE_MATCH_1})
  get_filename_component(folder ${file} DIRECTORY)
  if(NOT DEFINED may_${room})
    message(SEND_ERROR "${file}: room '${room}' is not on the map")
    continue()
  endif()

  file(STRINGS ${ROOT}/${file} includes REGEX "^#include ")
  foreach(line IN LISTS includes)
    if(line MATCHES "\"base/json.hpp\"" AND NOT room IN_LIST may_read_json)
      message(SEND_ERROR "${file}: JSON as a tree is for ${may_read_json}")
    endif()
    if(line MATCHES "\"([a-z_]+)/([^\"]+)\"")
      set(other ${CMAKE_MATCH_1})
      set(header ${CMAKE_MATCH_2})
      if(other STREQUAL room)
        if(room IN_LIST nested_rooms AND header MATCHES "^([a-z_]+)/(.+)")
          set(inner ${room}/${CMAKE_MATCH_1})
          if(NOT inner STREQUAL folder AND NOT inner IN_LIST shared_folders
             AND NOT header STREQUAL "${CMAKE_MATCH_1}/${CMAKE_MATCH_1}.hpp")
            message(SEND_ERROR "${file}: use the door ${inner}/${CMAKE_MATCH_1}.hpp, not ${other}/${header}")
          endif()
        endif()
      elseif(NOT other IN_LIST may_${room})
        message(SEND_ERROR "${file}: room '${room}' may not include room '${other}'")
      elseif(NOT other IN_LIST open_rooms AND NOT header STREQUAL "${other}.hpp")
        message(SEND_ERROR "${file}: use the door ${other}/${other}.hpp, not ${other}/${header}")
      endif()
    elseif(line MATCHES "<([A-Za-z0-9_]+)" AND DEFINED only_${CMAKE_MATCH_1})
      set(library ${CMAKE_MATCH_1})
      if(NOT room IN_LIST only_${library} AND NOT folder IN_LIST only_${library}
         AND NOT file IN_LIST only_${library})
        message(SEND_ERROR "${file}: <${library}> lives in ${only_${library}}")
      endif()
    endif()
  endforeach()

  file(STRINGS ${ROOT}/${file} lines)
  list(LENGTH lines count)
  if(count GREATER max_lines)
    message(SEND_ERROR "${file}: ${count} lines, the limit is ${max_lines}")
  endif()
  file(STRINGS ${ROOT}/${file} casts REGEX "reinterpret_cast<")
  foreach(line IN LISTS casts)
    string(REGEX MATCHALL "reinterpret_cast<[^>]*>" targets "${line}")
    foreach(target IN LISTS targets)
      string(REGEX REPLACE "reinterpret_cast<|>" "" target "${target}")
      if(NOT target MATCHES "${cast_to}" AND NOT file IN_LIST may_cast)
        message(SEND_ERROR "${file}: a pointer is cast to ${target}, which may ask for more alignment than it has")
      endif()
    endforeach()
  endforeach()
  if(room IN_LIST pure OR room MATCHES "^(data|settings)$")
    file(STRINGS ${ROOT}/${file} impurities REGEX "${impure}")
    foreach(line IN LISTS impurities)
      if(NOT line MATCHES "^ *//")
        message(SEND_ERROR "${file}: room '${room}' is pure, but: ${line}")
      endif()
    endforeach()
  endif()
endforeach()
