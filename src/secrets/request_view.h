// SPDX-License-Identifier: Apache-2.0
#pragma once
// A head as it goes out, but for its credential.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "policy/target.h"

namespace secrets {

struct FieldView {
  std::string_view name;
  std::string_view value;
};

struct RequestView {
  policy::Target target;
  std::string_view authority;  // "host" or "host:port", as its Host field says
  std::span<const FieldView> fields;
  bool has_body = false;

  /// The first of this name, in any case; nothing when there is none.
  std::optional<std::string_view> field(std::string_view name) const;
};

/// What is known besides the head.
struct Circumstances {
  base::WallTime now{};
  /// The body as it goes out, when all of it is there.
  std::optional<std::string_view> body{};
};

}  // namespace secrets
