// SPDX-License-Identifier: Apache-2.0
#include "audit/gzip.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <memory>
#include <vector>

#include "audit/log_files.h"

namespace audit {
namespace {

namespace fs = std::filesystem;

constexpr off_t smallest_gzip = 18;  // a head and a tail

struct CloseGzip {
  void operator()(gzFile file) const noexcept { ::gzclose(file); }
};
using GzipFile = std::unique_ptr<gzFile_s, CloseGzip>;

/// A file that is removed again unless it got its real name.
class Draft {
public:
  explicit Draft(fs::path path) : path_(std::move(path)) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!published_) ::unlink(path_.c_str());
  }
  base::Result<GzipFile> create() {
    ::unlink(path_.c_str());
    base::Fd file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return base::fail_errno("create", path_.native());
    // The quickest kind: a quarter larger on text, in a third of the time, which the program would
    // notice.
    GzipFile stream(::gzdopen(file.get(), "wb1"));
    if (!stream) return base::fail(base::ErrorKind::internal, "no memory to compress a log file");
    file.release();  // the stream closes it
    return stream;
  }
  base::Result<> publish(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      return base::fail_errno("rename", path_.native());
    }
    published_ = true;
    return {};
  }

private:
  fs::path path_;
  bool published_ = false;
};

base::Result<> compress(const base::Fd& source, gzFile to, const std::stop_token& stop) {
  std::vector<char> chunk(read_size);
  for (off_t at = 0;;) {
    if (stop.stop_requested())
      return base::fail(base::ErrorKind::closed, "compressing was stopped");
    const auto got = ::pread(source.get(), chunk.data(), chunk.size(), at);
    if (got < 0) return base::fail_errno("read a log file to compress");
    if (got == 0) return {};
    at += got;
    if (::gzwrite(to, chunk.data(), static_cast<unsigned>(got)) != got) {
      return base::fail_errno("write a compressed log file");
    }
  }
}

}  // namespace

base::Result<> compress_file(
    const base::Fd& source, const fs::path& target, const std::stop_token& stop) {
  Draft draft(fs::path(target) += ".tmp");
  GzipFile stream = TRY(draft.create());
  TRY_VOID(compress(source, stream.get(), stop));
  if (::gzclose(stream.release()) != Z_OK) {
    return base::fail_errno("write a compressed log file", target.native());
  }
  return draft.publish(target);
}

base::Result<std::uint64_t> size_before_compression(const fs::path& compressed) {
  const base::Fd file(::open(compressed.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return base::fail_errno("open", compressed.native());
  std::array<unsigned char, 4> tail{};  // least significant byte first
  const auto size = ::lseek(file.get(), 0, SEEK_END);
  if (size < smallest_gzip || ::pread(file.get(), tail.data(), 4, size - 4) != 4)
    return base::fail(base::ErrorKind::invalid, compressed.native() + " is not a whole gzip file");
  return tail[0] | std::uint64_t{tail[1]} << 8U | std::uint64_t{tail[2]} << 16U |
         std::uint64_t{tail[3]} << 24U;
}

}  // namespace audit
