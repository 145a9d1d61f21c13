// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: directories that go away, a time, requests, and answers that bring
// tokens.

#include <unistd.h>

#include <filesystem>
#include <string_view>

#include "base/clock.h"
#include "base/encoding.h"
#include "policy/target.h"
#include "secrets/token_request.h"

namespace secrets::test {

inline constexpr base::WallTime some_day{std::chrono::seconds(1'000'000)};

inline policy::Target https(
    std::string_view host, std::string_view path = "/", std::string_view method = "GET") {
  return {.method = method, .scheme = "https", .host = host, .port = 443, .path = path};
}

inline TokenAnswer answer(std::string_view body, int status = 200) {
  return {.status = status, .body = base::Secret(body)};
}

class Directory {
public:
  Directory()
      : path_(
            std::filesystem::temp_directory_path() /
            ("secrets-" + base::to_hex(base::random_bytes(8)))) {
    std::filesystem::create_directory(path_);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

}  // namespace secrets::test
