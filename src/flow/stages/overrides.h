// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a head asks for beside its first line, and many servers go by instead: `POST /item` with
// `X-HTTP-Method-Override: DELETE`, `?_method=DELETE`, `X-Original-URL: /admin`. Whether a server
// does is not known, so the request has to be allowed in every reading. A form's `_method` is in
// the body, which is not there when a request is judged.

#include <string>
#include <vector>

#include "base/result.h"
#include "flow/flow.h"

namespace flow {

/// A request as a server reads it that goes by an override.
struct Override {
  std::string method;
  std::string path;
  std::string query;
  std::string place;  // who says so, for a person: "the field X-HTTP-Method-Override"

  /// Views into both.
  policy::Target target(const Flow& flow) const;
  /// "by the field X-HTTP-Method-Override: DELETE /item"
  std::string in_words() const;
};

/// Every reading but that of the first line; none for nearly every request, which costs a look at
/// the first letters of its fields. `denied` when one cannot be told, or may not be sent by anyone.
base::Result<std::vector<Override>> overrides_of(const Flow& flow);

}  // namespace flow
