// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counts what a token sends, when it may send only so much.

#include <memory>
#include <optional>

#include "flow/body_filter.h"
#include "flow/token_gate.h"

namespace flow {

class UploadCount final : public BodyFilter {
public:
  UploadCount(std::shared_ptr<TokenGate> gate, tokens::Permit permit)
      : gate_(std::move(gate)), permit_(std::move(permit)) {}
  std::optional<std::string_view> pass_on(std::string_view in, bool last) override;
  void feed(std::string_view in, bool last, std::string& out) override {
    out += pass_on(in, last).value_or("");
  }
  const Deny* refusal() const override { return refusal_ ? &*refusal_ : nullptr; }
  bool has_changed() const override { return false; }

private:
  std::shared_ptr<TokenGate> gate_;
  tokens::Permit permit_;
  std::optional<Deny> refusal_;
};

}  // namespace flow
