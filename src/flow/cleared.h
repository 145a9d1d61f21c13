// SPDX-License-Identifier: Apache-2.0
#pragma once
// Order kept by types: Flow → settle → Cleared → reach → (verified upstream) → seal → Sealed →
// wire.

#include <expected>
#include <string_view>

#include "flow/pipeline.h"

namespace flow {

/// Answers for a person when a rule says `ask`.
class Approver {
public:
  virtual ~Approver() = default;
  /// Pass or Deny.
  virtual Verdict answer(const Flow& flow, const Ask& question) = 0;
};

/// Nobody is there to be asked: every question is a refusal that says so.
class NobodyToAsk final : public Approver {
public:
  Verdict answer(const Flow& flow, const Ask& question) override;
};

/// A request that every stage has passed. Without one nothing is dialled.
class Cleared {
public:
  const Flow& flow() const { return flow_; }

  /// Its body was taken whole before it is sent, and has this length now.
  void body_is_whole(std::uint64_t bytes);
  /// It also says something else than what came; this is how it is sent.
  void body_has_changed(std::string_view body);
  /// It asks for a WebSocket, by what its head says now.
  void is_for_websocket(http::websocket::Opening opening);
  /// It goes on in no content coding.
  void body_is_decoded();

private:
  explicit Cleared(Flow&& flow) : flow_(std::move(flow)) {}
  friend std::expected<Cleared, Deny> settle(const Pipeline&, Flow&, Approver&);
  friend class Sealed;
  Flow flow_;
};

/// Runs the pipeline. On a refusal `flow` keeps what was found out about it, for the record.
std::expected<Cleared, Deny> settle(const Pipeline& pipeline, Flow& flow, Approver& approver);

}  // namespace flow
