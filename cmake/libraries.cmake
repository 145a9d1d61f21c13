# The libraries lazaret stands on, each under one name that modules can use.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS SSL Crypto)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)

function(lazaret_pkg name)
  pkg_check_modules(pkg_${name} REQUIRED IMPORTED_TARGET ${ARGN})
  add_library(lib_${name} INTERFACE)
  target_link_libraries(lib_${name} INTERFACE PkgConfig::pkg_${name})
endfunction()
lazaret_pkg(nftables libnftables)
lazaret_pkg(seccomp libseccomp)
lazaret_pkg(cap libcap)
lazaret_pkg(idn2 libidn2)
lazaret_pkg(nghttp2 libnghttp2)

# What is C++ is linked into the program, libstdc++ too: binding the names of shared ones took 2 ms of each start.
find_library(LAZARET_RE2 NAMES libre2.a REQUIRED)
add_library(lib_re2 INTERFACE)
target_link_libraries(lib_re2 INTERFACE ${LAZARET_RE2} Threads::Threads)

# These are C (hs, which is Vectorscan, to whoever calls it), but each shared library costs a start a tenth of a millisecond.
function(lazaret_archives name header)
  find_path(LAZARET_${name}_HEADER ${header} REQUIRED)
  add_library(lib_${name} INTERFACE)
  foreach(archive ${ARGN})
    find_library(LAZARET_${archive} NAMES lib${archive}.a REQUIRED)
    target_link_libraries(lib_${name} INTERFACE ${LAZARET_${archive}})
  endforeach()
endfunction()
lazaret_archives(brotli brotli/decode.h brotlienc brotlidec brotlicommon)
lazaret_archives(zstd zstd.h zstd)
lazaret_archives(sodium sodium.h sodium)
lazaret_archives(hs hs/hs.h hs)

# Headers only: src/secrets/keyring.cc loads the library when the keyring is asked.
pkg_check_modules(pkg_secret REQUIRED libsecret-1)
add_library(lib_secret INTERFACE)
target_include_directories(lib_secret SYSTEM INTERFACE ${pkg_secret_INCLUDE_DIRS})
target_link_libraries(lib_secret INTERFACE ${CMAKE_DL_LIBS})

# Boost is header-only here: src/base/boost_json.cc compiles Boost.JSON once.
add_library(lib_boost INTERFACE)
target_include_directories(lib_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(lib_boost INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16)  # frames of coroutines a thread keeps: an exchange has a dozen
