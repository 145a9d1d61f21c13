// SPDX-License-Identifier: Apache-2.0
#pragma once
// The head of a message as a value, whatever version it travels in.

#include <string>

#include "http/fields.h"

namespace http {

enum class Version { http_1_0, http_1_1, http_2 };

struct Request {
  std::string method{};  // a token; methods have case
  std::string target{};  // as sent: visible ASCII, not normalised; see target.h for its parts
  Version version = Version::http_1_1;
  Fields fields{};
  bool operator==(const Request&) const = default;
};

struct Response {
  int status = 200;
  std::string reason{};  // may be empty
  Version version = Version::http_1_1;
  Fields fields{};
  bool operator==(const Response&) const = default;
};

}  // namespace http
