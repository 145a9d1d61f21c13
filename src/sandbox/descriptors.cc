// SPDX-License-Identifier: Apache-2.0
#include "sandbox/descriptors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace sandbox {

base::Result<base::Fd> to_descriptor(const std::string& text) {
  if (text.empty()) {
    base::Fd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing) return base::fail_errno("open", "/dev/null");
    return nothing;
  }
  base::Fd file(memfd_create("lazaret", MFD_CLOEXEC));
  if (!file) return base::fail_errno("create a memory file");
  for (std::size_t done = 0; done < text.size();) {
    auto written = write(file.get(), text.data() + done, text.size() - done);
    if (written <= 0) return base::fail_errno("write a memory file");
    done += static_cast<std::size_t>(written);
  }
  if (lseek(file.get(), 0, SEEK_SET) != 0) return base::fail_errno("rewind a memory file");
  return file;
}

base::Result<std::vector<base::Fd>> to_descriptors(std::span<const std::string> texts) {
  std::vector<base::Fd> files;
  for (const auto& text : texts)
    files.push_back(TRY(to_descriptor(text)));
  return files;
}

}  // namespace sandbox
