// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes the capability token out of a request, and asks it what it permits.

#include <expected>
#include <memory>

#include "flow/stage.h"
#include "flow/token_gate.h"
#include "secrets/injectors.h"

namespace flow {

class CheckToken final : public Stage {
public:
  CheckToken(std::shared_ptr<TokenGate> gate, const secrets::Injectors& injectors)
      : gate_(std::move(gate)), injectors_(injectors) {}
  std::string_view name() const override { return "token"; }
  Verdict on_request(Flow& flow) const override;
  Verdict recheck(const Flow& flow, base::WallTime now) const override;

private:
  std::string_view stand_in_for(const Flow& flow) const;
  Verdict check(Flow& flow, const std::string& text) const;
  std::expected<tokens::Permit, Deny> permit_of(
      const tokens::Presented& presented,
      const Flow& flow,
      base::WallTime now,
      const tokens::Usage& used) const;

  std::shared_ptr<TokenGate> gate_;
  const secrets::Injectors& injectors_;
};

/// Counts the request, if its token counts. The last stage: what another refuses is not counted.
class CountToken final : public Stage {
public:
  explicit CountToken(std::shared_ptr<TokenGate> gate) : gate_(std::move(gate)) {}
  std::string_view name() const override { return "token count"; }
  Verdict on_request(Flow& flow) const override;

private:
  std::shared_ptr<TokenGate> gate_;
};

}  // namespace flow
