# The flags every target shares, as one interface library.
add_library(lazaret_flags INTERFACE)
target_compile_options(lazaret_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers
  -Wno-missing-designated-field-initializers
  -Wno-gnu-statement-expression-from-macro-expansion
  -fstack-protector-strong -fno-omit-frame-pointer
  -Xclang -fno-pch-timestamp)
if(CMAKE_UNITY_BUILD)
  target_compile_options(lazaret_flags INTERFACE -Wno-shadow)  # of a name in another file; clang-tidy reads each by itself
endif()
if(LAZARET_WERROR)
  target_compile_options(lazaret_flags INTERFACE -Werror)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(lazaret_flags INTERFACE -fcf-protection)
endif()
target_link_options(lazaret_flags INTERFACE -fuse-ld=lld -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)

if(LAZARET_SANITIZE)
  target_compile_options(lazaret_flags INTERFACE -fsanitize=${LAZARET_SANITIZE} -fno-sanitize-recover=all -O1 -g1)
  target_link_options(lazaret_flags INTERFACE -fsanitize=${LAZARET_SANITIZE})
else()
  target_compile_options(lazaret_flags INTERFACE
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS>)
  target_link_options(lazaret_flags INTERFACE -pie)
endif()
if(LAZARET_FUZZ)
  target_compile_options(lazaret_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
link_libraries(lazaret_flags)
