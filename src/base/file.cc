// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/encoding.h"
#include "base/fd.h"

namespace base {
namespace {

Result<> write_all(int fd, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t size = ::write(fd, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno("write", path.native());
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return fail_errno("read", path.native());
  std::string out;
  std::size_t used = 0;
  for (;;) {
    if (out.size() - used < 16384) out.resize(out.size() + 65536);
    const ssize_t size = ::read(fd.get(), out.data() + used, out.size() - used);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno("read", path.native());
    if (size == 0) break;
    used += static_cast<std::size_t>(size);
    if (used > limit)
      return fail(
          ErrorKind::invalid,
          path.native() + " is larger than " + std::to_string(limit) + " bytes");
  }
  out.resize(used);
  return out;
}

Result<> write_file(const std::filesystem::path& path, std::string_view text, mode_t mode) {
  const std::string temporary = path.native() + ".tmp-" + to_hex(random_bytes(6));
  {
    const Fd fd(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return fail_errno("write", path.native());
    auto written = write_all(fd.get(), text, path);
    if (written && ::fchmod(fd.get(), mode) != 0) written = fail_errno("chmod", path.native());
    if (written && ::fsync(fd.get()) != 0) written = fail_errno("write", path.native());
    if (!written) {
      ::unlink(temporary.c_str());
      return written;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    auto error = fail_errno("replace", path.native());
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

Result<> make_directories(const std::filesystem::path& path, mode_t mode) {
  std::filesystem::path sofar;
  for (const auto& part : path) {
    sofar /= part;
    if (::mkdir(sofar.c_str(), mode) == 0 || errno == EEXIST) continue;
    const int code = errno;
    struct stat existing{};
    if (::stat(sofar.c_str(), &existing) == 0 && S_ISDIR(existing.st_mode)) continue;
    errno = code;
    return fail_errno("make directory", sofar.native());
  }
  struct stat made{};
  if (::stat(path.c_str(), &made) != 0) return fail_errno("make directory", path.native());
  if (!S_ISDIR(made.st_mode)) {
    errno = ENOTDIR;
    return fail_errno("make directory", path.native());
  }
  return {};
}

std::filesystem::path expand_home(std::string_view path, const std::filesystem::path& home) {
  if (path == "~") return home;
  if (path.starts_with("~/")) return home / path.substr(2);
  return path;
}

std::filesystem::path directory_of(
    const std::map<std::string, std::string, std::less<>>& environment,
    std::string_view variable,
    std::filesystem::path otherwise) {
  const auto found = environment.find(variable);
  if (found == environment.end() || !found->second.starts_with('/')) return otherwise;
  return found->second;
}

}  // namespace base
