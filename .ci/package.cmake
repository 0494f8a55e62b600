# What is installed and where, and the Debian package:  cpack --config build/release/CPackConfig.cmake
#
# `cmake --install` puts one and the same tree below any prefix; the package is that tree below /usr. Nothing is active
# by being there: the timer waits for its `systemctl enable`, and /etc stays the administrator's.

set(papers ${CMAKE_BINARY_DIR}/papers)  # what is made for installing alone
set(made ${papers}/changelog.gz)

# Of the same bytes every time: -n leaves out the name and the time.
find_program(GZIP gzip REQUIRED)
function(ctxcap_gzip file)
  add_custom_command(OUTPUT ${papers}/${file}.gz
    COMMAND ${GZIP} -9nkf ${papers}/${file} DEPENDS ${papers}/${file} VERBATIM)
endfunction()

# ctxcap_says(FILE ARGUMENTS...): what the program prints. Built for another machine it cannot be asked.
function(ctxcap_says file)
  add_custom_command(OUTPUT ${papers}/${file}
    COMMAND ctxcap ${ARGN} > ${papers}/${file} DEPENDS ctxcap VERBATIM)
endfunction()

if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(STATUS "no man pages and no completions: the program that writes them does not run here")
else()
  ctxcap_says(ctxcap.1 man 1)
  ctxcap_says(ctxcap.toml.5 man 5)
  ctxcap_gzip(ctxcap.1)
  ctxcap_gzip(ctxcap.toml.5)
  install(FILES ${papers}/ctxcap.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${papers}/ctxcap.toml.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
  list(APPEND made ${papers}/ctxcap.1.gz ${papers}/ctxcap.toml.5.gz)

  foreach(shell bash zsh fish)
    ctxcap_says(completion.${shell} completion ${shell})
    list(APPEND made ${papers}/completion.${shell})
  endforeach()
  set(share ${CMAKE_INSTALL_DATADIR})
  install(FILES ${papers}/completion.bash DESTINATION ${share}/bash-completion/completions RENAME ctxcap)
  install(FILES ${papers}/completion.fish DESTINATION ${share}/fish/vendor_completions.d RENAME ctxcap.fish)
  # Debian's zsh looks into one folder for packages, and into another below /usr/local.
  install(CODE [[
    set(zsh_folder site-functions)
    if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
      set(zsh_folder vendor-completions)
    endif()]])
  install(FILES ${papers}/completion.zsh DESTINATION ${share}/zsh/\${zsh_folder} RENAME _ctxcap)
endif()

# Libraries differ from one Debian to the next, and so do packages of one version: the newer Debian's is the newer one.
set(package_version ${PROJECT_VERSION})
cmake_host_system_information(RESULT distribution QUERY DISTRIB_ID)
cmake_host_system_information(RESULT release QUERY DISTRIB_VERSION_ID)
if(distribution STREQUAL "debian" AND release)
  string(APPEND package_version "+deb${release}")
endif()
set(maintainer "ctxcap developers <ctxcap@example.org>")  # nobody: whoever publishes a package puts their name here

# The date is the version's own, so that the same source makes the same package.
function(ctxcap_version_date variable format)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C date -u -d ${CTXCAP_VERSION_DATE} ${format}
    OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} ${date} PARENT_SCOPE)
endfunction()
ctxcap_version_date(version_date -R)
ctxcap_version_date(version_epoch +%s)
configure_file(.ci/deb/changelog.in ${papers}/changelog @ONLY)
ctxcap_gzip(changelog)

# The licence as Debian writes it: without its title, indented, with a dot where a line is empty.
file(READ LICENSE licence)
string(REGEX REPLACE "^MIT License\n\nCopyright \\(c\\) ([^\n]*)\n\n" "" licence "${licence}")
set(copyright ${CMAKE_MATCH_1})
string(STRIP "${licence}" licence)
string(REPLACE "\n\n" "\n.\n" licence "${licence}")
string(REPLACE "\n" "\n " licence "${licence}")
configure_file(.ci/deb/copyright.in ${papers}/copyright @ONLY)

# Libraries of headers alone end up in the program, and want their notice to go with it.
foreach(library libcli11-dev nlohmann-json3-dev)
  set(notice /usr/share/doc/${library}/copyright)
  if(EXISTS ${notice})
    install(FILES ${notice} DESTINATION ${CMAKE_INSTALL_DOCDIR}/libraries RENAME ${library}.copyright)
  endif()
endforeach()

add_custom_target(ctxcap_papers ALL DEPENDS ${made})

# -- the tree ----------------------------------------------------------------------------------------------------------

install(TARGETS ctxcap RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY templates DESTINATION ${CMAKE_INSTALL_DATADIR}/ctxcap)
install(FILES README.md ${papers}/copyright ${papers}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
# The README's commands work beside it. What is in place elsewhere is no example, nor is what takes the sources.
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR}
  PATTERN quickstart.sh EXCLUDE PATTERN container EXCLUDE PATTERN generate.py EXCLUDE
  PATTERN *.service EXCLUDE PATTERN *.timer EXCLUDE PATTERN *.sysusers EXCLUDE PATTERN alert EXCLUDE)

# The units name their programs by whole paths, as they are below /usr; only when installing is the prefix known.
install(PROGRAMS examples/nightly/alert DESTINATION libexec/ctxcap)
install(CODE "set(examples \"${CMAKE_SOURCE_DIR}/examples\")\nset(papers \"${papers}\")")
install(CODE [[
  foreach(file nightly/ctxcap-nightly.service nightly/ctxcap-nightly.timer nightly/ctxcap-alert@.service
               card/ctxcap-card.service)
    get_filename_component(unit ${file} NAME)
    file(READ "${examples}/${file}" text)
    string(REPLACE "/usr/" "${CMAKE_INSTALL_PREFIX}/" text "${text}")
    file(WRITE "${papers}/${unit}" "${text}")
    file(INSTALL "${papers}/${unit}" DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
  endforeach()]])
install(FILES examples/nightly/ctxcap.sysusers DESTINATION lib/sysusers.d RENAME ctxcap.conf)

# -- the package -------------------------------------------------------------------------------------------------------

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ctxcap)
set(CPACK_PACKAGE_CONTACT "${maintainer}")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
# Installed with DESTDIR, since the prefix stands in the units.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PROJECT_CONFIG_FILE ${papers}/cpack.cmake)
file(WRITE ${papers}/cpack.cmake "set(ENV{SOURCE_DATE_EPOCH} ${version_epoch})\n")

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_VERSION ${package_version})
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4t64 | libcurl4")  # loaded when it is needed: dpkg-shlibdeps sees no link
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Background jobs load models with windows far larger than they need, and the
KV cache of the unused part is taken from everything else on the card.
ctxcap finds the smallest window that is safe: it reads what requests really
used, states the risk, asks Ollama for the architecture, writes the
Modelfile, creates the capped variant, and proves that it runs.
.
A systemd timer that does so every night comes with it, disabled.")
foreach(script postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/.ci/deb/${script})
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
