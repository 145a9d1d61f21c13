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

// Changes whenever the file or directory does.
std::string state_of(const fs::path& path) {
  struct stat status{};
  (void)stat(path.c_str(), &status);  // absent is a state, too
  return fmt::format(
      "{} {} {} {} {}.{}\n", path.native(), status.st_dev, status.st_ino, status.st_size,
      status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

// Two states of the host and two authorities never share a name.
std::string name_for(const CertificateSources& sources) {
  auto state = state_of(sources.directory) + state_of(sources.bundle);
  for (const auto& root : sources.own)
    state += root.certificate;
  return "certificates-" + base::to_hex(base::sha256(state)).substr(0, 16);
}

base::Result<> link_all(const fs::path& directory, const fs::path& host) {
  std::error_code error;
  for (fs::directory_iterator entry(host, error), end; !error && entry != end;
       entry.increment(error)) {
    auto name = entry->path().filename();
    if (name != bundle_name) fs::create_symlink(host_certificates / name, directory / name, error);
  }
  bool is_missing = error == std::errc::no_such_file_or_directory;
  if (error && !is_missing)
    return base::fail(
        base::ErrorKind::unavailable, "cannot copy " + host.string() + ": " + error.message());
  return {};
}

base::Result<std::string> bundle_of(const CertificateSources& sources) {
  std::string bundle;
  if (!sources.bundle.empty()) bundle = TRY(base::read_file(sources.bundle));
  if (!bundle.empty() && !bundle.ends_with('\n')) bundle += '\n';
  for (const auto& root : sources.own)
    bundle += root.certificate;
  return bundle;
}

base::Result<> add(const fs::path& directory, const OwnRoot& root) {
  TRY_VOID(base::write_file(directory / root.file, root.certificate));
  // A root of the host may have the same hash; OpenSSL then looks at .1, .2 and so on.
  for (int number = 0;; ++number) {
    auto path = directory / fmt::format("{}.{}", root.subject_hash, number);
    if (symlink(root.file.c_str(), path.c_str()) == 0) return {};
    if (errno != EEXIST) return base::fail_errno("make", path.string());
  }
}

base::Result<> fill(const fs::path& directory, const CertificateSources& sources) {
  TRY_VOID(link_all(directory, sources.directory));
  std::string own;
  for (const auto& root : sources.own) {
    TRY_VOID(add(directory, root));
    own += root.certificate;
  }
  TRY_VOID(base::write_file(directory / own_name, own));
  const auto bundle = TRY(bundle_of(sources));
  return base::write_file(directory / bundle_name, bundle);
}

}  // namespace

base::Result<std::string> make_certificate_directory(
    const fs::path& parent, const CertificateSources& sources) {
  auto path = parent / name_for(sources);
  if (access(path.c_str(), F_OK) == 0) return path.string();
  TRY_VOID(base::make_directories(parent));
  auto pattern = (parent / ".certificates-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    return base::fail_errno("make a directory in", parent.string());
  auto filled = fill(pattern, sources);
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
