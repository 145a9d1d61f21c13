// SPDX-License-Identifier: Apache-2.0
#include "flow/upload_count.h"

namespace flow {

std::optional<std::string_view> UploadCount::pass_on(std::string_view in, bool) {
  if (in.empty()) return in;
  const auto admitted = gate_->usage.count(permit_.token_id, permit_.allowance, 0, in.size());
  if (admitted && *admitted) return in;
  refusal_ = Deny{
      .status = 403,
      .stage = "token",
      .reason = "Unauthorized: " +
                (admitted ? "the token may not send so much" : admitted.error().message)};
  return "";
}

}  // namespace flow
