// SPDX-License-Identifier: Apache-2.0
#pragma once
// A value that must never be printed: move-only, in memory that is neither swapped nor dumped
// (secret_memory.h), wiped when it goes, compared in constant time, without a formatter: printing
// one does not compile.

#include <cstddef>
#include <span>
#include <string_view>

#include "base/secret_memory.h"

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
  std::string_view reveal() const { return {block_.data, size_}; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// Takes the same time wherever two values of one length differ.
  bool operator==(const Secret& other) const { return equals(other.reveal()); }
  bool equals(std::string_view other) const;

private:
  friend class SecretBuilder;

  SecretBlock block_;
  std::size_t size_ = 0;
};

/// Puts a secret together piece by piece, and leaves no piece behind.
class SecretBuilder {
public:
  SecretBuilder() = default;

  SecretBuilder& append(std::string_view piece);
  SecretBuilder& append(char character) { return append(std::string_view(&character, 1)); }
  /// Room behind what there is, for whoever writes in place: `room`, then `grew` by what was
  /// written.
  std::span<char> room(std::size_t size);
  void grew(std::size_t size) { secret_.size_ += size; }
  /// Cuts off what is behind `size` bytes.
  void shrink(std::size_t size);

  std::string_view reveal() const { return secret_.reveal(); }
  std::size_t size() const { return secret_.size(); }
  Secret take() && { return std::move(secret_); }

private:
  Secret secret_;
};

}  // namespace base
