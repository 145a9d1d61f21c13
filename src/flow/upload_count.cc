// SPDX-License-Identifier: Apache-2.0
#include "flow/upload_count.h"

namespace flow {

void UploadCount::feed(std::string_view in, bool, std::string& out) {
  out += in;
  if (in.empty()) return;
  const auto admitted = gate_->usage.count(permit_.token_id, permit_.allowance, 0, in.size());
  if (admitted && *admitted) return;
  refusal_ = Deny{
      .status = 403,
      .stage = "token",
      .reason = "Unauthorized: " +
                (admitted ? "the token may not send so much" : admitted.error().message)};
}

}  // namespace flow
