# Uses ccache where it is installed.
find_program(LAZARET_CCACHE ccache)
if(LAZARET_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${LAZARET_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${LAZARET_CCACHE})
endif()
