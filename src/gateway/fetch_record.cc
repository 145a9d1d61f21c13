// SPDX-License-Identifier: Apache-2.0
#include "gateway/fetch_record.h"

#include "base/encoding.h"

namespace gateway {
namespace {

/// A query may hold what is nobody's business.
std::string url_of(const secrets::TokenUrl& url) {
  return url.origin() + url.target.substr(0, url.target.find('?'));
}

}  // namespace

FetchRecord::FetchRecord(const Shared& shared, const std::string& credential) : shared_(shared) {
  record_.kind = audit::Kind::credential;
  record_.time = base::now();
  record_.id = base::uuid_v7();
  record_.session_id = shared.session_id;
  record_.sandbox = shared.sandbox;
  record_.injected = {credential};
  record_.stage = "credential";
  record_.error = "cut off";
}

FetchRecord::~FetchRecord() {
  record_.duration = std::chrono::steady_clock::now() - began_;
  if (const auto written = shared_.journal.append(record_); !written)
    shared_.log.error("log", written.error().message);
}

void FetchRecord::asks(const secrets::TokenRequest& request) {
  record_.method = request.method;
  record_.url = url_of(request.url);
  record_.http = "1.1";
  record_.status = 0;
}

void FetchRecord::taken_over(const secrets::TokenUrl& server) {
  record_.method = "KEPT";
  record_.url = url_of(server);
}

void FetchRecord::succeeded(base::WallTime expires) {
  record_.expires = expires;
  record_.error.clear();
}

void FetchRecord::failed(const flow::Deny& why) {
  record_.stage = why.stage;
  record_.error = why.reason;
}

}  // namespace gateway
