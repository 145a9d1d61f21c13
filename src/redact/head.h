// SPDX-License-Identifier: Apache-2.0
#pragma once
// The head of a request: its target and its fields (trailers, too, are fields without a target).
//
// Names and values are looked at each for itself, as they stand and decoded. Then secrets are
// looked for in what an upstream could put together again: path segments, values of the query,
// values of fields with one name, crumbs of cookies.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redact/scanner.h"

namespace redact {

struct HeadField {
  std::string_view name;
  std::string_view value;
};

struct HeadFinding {
  enum class Place {
    target,
    name,    // of a field
    value,   // of a field
    pieces,  // in what was put together: it can be refused, not replaced
  };
  Finding finding{};  // in the text of that place
  Place place = Place::target;
  std::size_t field = 0;  // its number
};

class HeadFindings {
public:
  bool empty() const { return all_.empty(); }
  std::span<const HeadFinding> all() const { return all_; }
  /// Those in one text, sorted.
  Findings in(HeadFinding::Place place, std::size_t field = 0) const;

private:
  friend HeadFindings scan_head(
      const Scanner& scanner, std::string_view target, std::span<const HeadField> fields);
  std::vector<HeadFinding> all_;
};

/// Whether a finding refuses the request: its rule says so, or says that it is to be replaced where
/// it cannot be.
bool blocks(const Scanner& scanner, const HeadFinding& finding);

HeadFindings scan_head(
    const Scanner& scanner, std::string_view target, std::span<const HeadField> fields);

/// "url", "header:authorization" (the name in lower case), "header (name)" where the name itself is
/// what was found, "head (pieces put together)".
std::string where(const HeadFinding& finding, std::span<const HeadField> fields);

/// A target with `%5BREDACTED:name%5D` in place of what is to be replaced.
std::string replaced_in_target(
    const Scanner& scanner, std::string_view target, const Findings& findings);

}  // namespace redact
