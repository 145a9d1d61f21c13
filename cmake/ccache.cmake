# Uses ccache where it is installed; paths are cached relative to the checkout, so that one checkout's work serves all.
find_program(LAZARET_CCACHE ccache)
if(LAZARET_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${LAZARET_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${LAZARET_CCACHE})
endif()
