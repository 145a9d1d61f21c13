// SPDX-License-Identifier: Apache-2.0
#pragma once
// A value that must never be printed: move-only, wiped when it goes, always on the heap (a
// moved-from short std::string would keep its bytes), without a formatter: printing one does not
// compile.

#include <cstddef>
#include <string_view>

namespace base {

class Secret {
public:
  Secret() = default;
  explicit Secret(std::string_view value);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  /// A second owner of the same value, said aloud.
  Secret clone() const { return Secret(reveal()); }
  /// The value, for the one place that uses it. Do not store the view.
  std::string_view reveal() const { return {data_, size_}; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

private:
  void wipe();
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Overwrites memory so that the compiler cannot leave it out.
void wipe(void* data, std::size_t size);

}  // namespace base
