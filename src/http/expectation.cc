// SPDX-License-Identifier: Apache-2.0
#include "http/expectation.h"

#include "http/grammar.h"

namespace http {

Checked<> check_expectation(const Fields& fields) {
  const auto expectation = fields.find("expect");
  if (!expectation) return {};
  if (fields.count("expect") > 1 || !same_name(*expectation, "100-continue"))
    return malformed(417, "Expect is not exactly 100-continue");
  return {};
}

}  // namespace http
