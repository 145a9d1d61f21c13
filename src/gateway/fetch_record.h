// SPDX-License-Identifier: Apache-2.0
#pragma once
// The record of one token that was fetched, or not. It writes itself when it goes.

#include <chrono>
#include <string>

#include "audit/record.h"
#include "flow/verdict.h"
#include "gateway/shared.h"
#include "secrets/token_request.h"

namespace gateway {

class FetchRecord {
public:
  FetchRecord(const Shared& shared, const std::string& credential);
  FetchRecord(const FetchRecord&) = delete;
  FetchRecord& operator=(const FetchRecord&) = delete;
  ~FetchRecord();

  /// Of several requests the last one counts.
  void asks(const secrets::TokenRequest& request);
  std::string& dialled() { return record_.dial; }
  void answered(int status) { record_.status = status; }
  /// What another session had fetched was taken over.
  void taken_over(const secrets::TokenUrl& server);
  void succeeded(base::WallTime expires);
  void failed(const flow::Deny& why);

private:
  const Shared& shared_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  audit::Record record_;
};

}  // namespace gateway
