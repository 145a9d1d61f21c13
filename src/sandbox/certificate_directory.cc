// SPDX-License-Identifier: Apache-2.0
#include "sandbox/certificate_directory.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"

namespace sandbox {
namespace {

namespace fs = std::filesystem;

// Two states of the host's directory and two certificates never share a name.
std::string name_for(std::string_view certificate, const fs::path& host) {
  struct stat status{};
  (void)stat(host.c_str(), &status);
  auto state = fmt::format("{}.{}", status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  return "certificates-" +
         base::to_hex(base::sha256(std::string(certificate) + state)).substr(0, 16);
}

base::Result<> link_all(const fs::path& directory, const fs::path& host) {
  std::error_code error;
  for (fs::directory_iterator entry(host, error), end; !error && entry != end;
       entry.increment(error)) {
    auto name = entry->path().filename();
    if (name != "ca-certificates.crt")
      fs::create_symlink(host_certificates / name, directory / name, error);
  }
  bool is_missing = error == std::errc::no_such_file_or_directory;
  if (error && !is_missing)
    return base::fail(
        base::ErrorKind::unavailable, "cannot copy " + host.string() + ": " + error.message());
  return {};
}

base::Result<> fill(
    const fs::path& directory,
    std::string_view certificate,
    std::string_view subject_hash,
    const fs::path& host) {
  TRY_VOID(link_all(directory, host));
  TRY_VOID(base::write_file(directory / "lazaret-ca.crt", certificate));
  // The bundle is mounted on this one.
  TRY_VOID(base::write_file(directory / "ca-certificates.crt", certificate));
  // A root of the host may have the same hash; OpenSSL then looks at .1, .2 and so on.
  for (int number = 0;; ++number) {
    auto path = directory / fmt::format("{}.{}", subject_hash, number);
    if (symlink("lazaret-ca.crt", path.c_str()) == 0) return {};
    if (errno != EEXIST) return base::fail_errno("make", path.string());
  }
}

}  // namespace

base::Result<std::string> make_certificate_directory(
    const fs::path& parent,
    std::string_view certificate,
    std::string_view subject_hash,
    const fs::path& host) {
  auto path = parent / name_for(certificate, host);
  if (access(path.c_str(), F_OK) == 0) return path.string();
  TRY_VOID(base::make_directories(parent));
  auto pattern = (parent / ".certificates-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    return base::fail_errno("make a directory in", parent.string());
  auto filled = fill(pattern, certificate, subject_hash, host);
  bool is_renamed =
      filled && chmod(pattern.c_str(), 0755) == 0 && rename(pattern.c_str(), path.c_str()) == 0;
  std::error_code ignored;
  if (!is_renamed) fs::remove_all(pattern, ignored);
  if (!filled) return std::unexpected(std::move(filled).error());
  // Another start may have been first.
  if (!is_renamed && access(path.c_str(), F_OK) != 0)
    return base::fail_errno("make", path.string());
  return path.string();
}

}  // namespace sandbox
