# Two components, for machines that need only one:
#   cmake --install build/release --prefix /usr --component agent
include(GNUInstallDirs)

function(rollcall_install component target section unit)
  install(TARGETS ${target} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  get_target_property(name ${target} OUTPUT_NAME)
  install(FILES deploy/man/${name}.${section}
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT ${component})
  if(unit)
    install(FILES deploy/systemd/${name}.service
      DESTINATION lib/systemd/system COMPONENT ${component})
  endif()
endfunction()

rollcall_install(agent rollcall_agent 8 TRUE)
rollcall_install(collector rollcall_collector 8 TRUE)
rollcall_install(collector rollcall_cli 1 FALSE)
