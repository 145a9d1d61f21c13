// SPDX-License-Identifier: Apache-2.0
#pragma once
// A database of Vectorscan: many expressions, one look at a text.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct hs_database;

namespace redact {

/// An expression that can have more matches than the pattern that it stands for, but no fewer.
struct Expression {
  std::string text;
  std::uint32_t number = 0;  // under which its match is told
};

/// Immutable, for any thread.
class Vectorscan {
public:
  /// Leaves out what Vectorscan cannot express; `taken` gets the numbers of the others. Nullopt
  /// when there are none.
  static std::optional<Vectorscan> compile(
      std::span<const Expression> expressions, std::vector<std::uint32_t>& taken);
  /// What serialise() gave, with the same version on the same kind of processor; nullopt when it is
  /// something else. Only for bytes that nobody else could write: a forged database is not
  /// harmless.
  static std::optional<Vectorscan> load(std::string_view bytes);
  /// Of the library and of what of the processor it makes use of.
  static std::string version();

  std::string serialise() const;

  /// Appends the number of each expression that matches somewhere in the text, once.
  void find(std::string_view text, std::vector<std::uint32_t>& out) const;

  struct FreeDatabase {
    void operator()(hs_database* database) const;
  };

private:
  using Handle = std::unique_ptr<hs_database, FreeDatabase>;
  explicit Vectorscan(Handle database);

  Handle database_;
  std::uint64_t serial_;  // of this database, never used again in this process
};

/// Whether Vectorscan reads `pattern`, which is RE2's language, in the same sense, or a wider one.
bool means_the_same(std::string_view pattern);

/// How many bytes a match of `pattern` has at most; nullopt when there is no such number, or none
/// that Vectorscan knows.
std::optional<std::size_t> width_of(const std::string& pattern);

}  // namespace redact
