// SPDX-License-Identifier: Apache-2.0
#include "flow/coding_filters.h"

namespace flow {

void DecodeFilter::feed(std::string_view in, bool last, std::string& out) {
  const auto decoded = decoder_.feed(in, last, out);
  if (decoded) return;
  refusal_ = wrong_;
  refusal_->reason += decoded.error().message;
}

}  // namespace flow
