// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which project files a person has agreed to: by real path and SHA-256 of the whole text. The
// agreed text is kept too, so that the next question can show what changed. The store is a private
// file (0600), replaced atomically.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace config {

struct TrustedFile {
  std::string path;  // real path
  std::string sha256;
  std::string added;  // RFC 3339
  std::string text;
};

class TrustStore {
public:
  explicit TrustStore(std::filesystem::path file) : file_(std::move(file)) {}

  /// Every agreed file, sorted by path; a store that is not there is empty. `invalid` when it
  /// cannot be understood.
  base::Result<std::vector<TrustedFile>> list() const;
  /// The entry for this path, whatever text it is for.
  base::Result<std::optional<TrustedFile>> find(const std::filesystem::path& path) const;
  base::Result<> trust(
      const std::filesystem::path& path, std::string_view text, base::WallTime when);
  /// False when the path was not trusted.
  base::Result<bool> distrust(const std::filesystem::path& path);

private:
  base::Result<> replace(const std::vector<TrustedFile>& files) const;

  std::filesystem::path file_;
};

bool is_trusted(const std::optional<TrustedFile>& entry, std::string_view text);

/// What a person is asked.
struct TrustQuestion {
  std::filesystem::path path;
  std::string text;
  std::optional<std::string> old_text{};  // what was trusted before it changed
};

/// The question as text for a terminal: the whole file, escaped, and the difference when it
/// changed.
std::string to_text(const TrustQuestion& question);

/// Puts the question to a person.
class Asker {
public:
  virtual ~Asker() = default;
  virtual bool trusts(const TrustQuestion& question) = 0;
};

}  // namespace config
