// SPDX-License-Identifier: Apache-2.0
#pragma once
// The grammar of Sec-WebSocket-Extensions (RFC 6455, 9.1).

#include <optional>
#include <string>
#include <vector>

#include "http/fields.h"
#include "http/malformed.h"

namespace http::websocket {

struct Extension {
  struct Parameter {
    std::string name{};
    std::optional<std::string> value{};  // without the quotes it may have had; a token
    bool operator==(const Parameter&) const = default;
  };
  std::string name{};
  std::vector<Parameter> parameters{};
  bool operator==(const Extension&) const = default;
};

/// Every element of every such field, in order; none without a field. 400 when the grammar is
/// broken.
Checked<std::vector<Extension>> parse_extensions(const Fields& fields);

/// As a field has it: "name; one; two=2".
std::string to_string(const Extension& extension);

}  // namespace http::websocket
