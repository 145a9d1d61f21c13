// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <cstring>
#include <utility>

namespace base {

void wipe(void* data, std::size_t size) {
  if (size != 0) ::explicit_bzero(data, size);
}

Secret::Secret(std::string_view value) : size_(value.size()) {
  if (size_ == 0) return;
  data_ = new char[size_];
  std::memcpy(data_, value.data(), size_);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() {
  base::wipe(data_, size_);
  delete[] data_;
  data_ = nullptr;
  size_ = 0;
}

}  // namespace base
