// SPDX-License-Identifier: Apache-2.0
#pragma once
// Puts secrets in the place of their placeholders, in a head and in a body. Only for a request that
// was judged, on a connection that was verified; what comes of it is for the wire alone.

#include <memory>
#include <vector>

#include "flow/body_filter.h"
#include "flow/flow.h"
#include "flow/placeholder_fates.h"
#include "http/message.h"
#include "secrets/needle_stream.h"

namespace flow {

/// In the target, percent-encoded; in the fields' values as it is, in Basic credentials decoded and
/// encoded again. `head` is what will be sent of `flow`.
void substitute_head(
    http::Request& head, const Flow& flow, const secrets::Placeholders& placeholders);

/// Replaces in a body, which is one text from beginning to end. A placeholder that may not go there
/// refuses the body.
class SubstitutionFilter final : public BodyFilter {
public:
  /// Whether the body may become longer or shorter: not when its length was told and the head has
  /// gone.
  enum class Length { free, fixed };

  /// `values` are the secrets as this body writes them, by number.
  SubstitutionFilter(
      const secrets::Placeholders& placeholders,
      PlaceholderFates fates,
      std::vector<base::Secret> values,
      Length length,
      std::shared_ptr<Notes> notes);

  void feed(std::string_view in, bool last, std::string& out) override;
  const Deny* refusal() const override { return refusal_ ? &*refusal_ : nullptr; }

private:
  bool replace(std::size_t number, std::string_view found, std::string& out);

  secrets::Placeholders placeholders_;
  PlaceholderFates fates_;
  std::vector<base::Secret> values_;
  Length length_;
  std::shared_ptr<Notes> notes_;
  secrets::NeedleStream stream_;
  std::optional<Deny> refusal_;
};

}  // namespace flow
