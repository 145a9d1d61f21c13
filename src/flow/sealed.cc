// SPDX-License-Identifier: Apache-2.0
#include "flow/sealed.h"

#include <stdexcept>

#include "base/text.h"
#include "flow/substitute_head.h"
#include "http/connection.h"
#include "http/h2_head.h"
#include "http/write.h"

namespace flow {
namespace {

/// "host" or "host:port", as a Host field has it.
std::string authority_of(const Flow& flow) {
  const bool v6 = flow.host.find(':') != std::string::npos;
  std::string out = v6 ? "[" + flow.host + "]" : flow.host;
  if (flow.port != policy::default_port(flow.scheme)) out += ":" + std::to_string(flow.port);
  return out;
}

/// What goes out instead of the request's own head: nothing here comes from bytes, all from what
/// was judged.
http::Request outgoing(const Flow& flow, http::Framing framing) {
  http::Request out{
      .method = flow.request.method, .target = flow.path, .fields = flow.request.fields};
  if (flow.query) out.target += "?" + *flow.query;
  http::remove_hop_by_hop(out.fields);
  out.fields.set("Host", authority_of(flow));
  http::declare_framing(out.fields, framing);
  if (flow.websocket) http::websocket::declare_opening(out.fields, *flow.websocket);
  return out;
}

}  // namespace

base::Result<Sealed> Sealed::seal(
    Cleared&& cleared, const Reached& upstream, const Pipeline& pipeline) {
  const Flow& flow = cleared.flow_;
  if (upstream.host != flow.host || upstream.port != flow.port) {
    return base::fail(
        base::ErrorKind::internal, "the request was judged for another host than the one reached");
  }
  Sealed sealed;
  sealed.framing_ = http::request_framing(flow.request);
  sealed.takes_trailers_ = flow.request.fields.has_token("te", "trailers");
  sealed.head_ = outgoing(flow, sealed.framing_);
  auto& fields = sealed.head_.fields;

  const auto* injector =
      flow.takes_credentials ? pipeline.injectors().find(flow.target()) : nullptr;
  const bool as_judged = flow.scheme != "https" || upstream.verified_tls;
  if (injector != nullptr && as_judged) {
    const auto present = fields.find(injector->header());
    if (const auto* value = injector->value_over(present.value_or(std::string_view()))) {
      sealed.injected_ = injector;
      sealed.credential_ = value;
      fields.erase(injector->header());
    }
  }
  if (as_judged) substitute_head(sealed.head_, flow, pipeline.placeholders());
  sealed.guarded_ = pipeline.entrusts(flow.host);
  if (sealed.guarded_) {
    // What comes back is searched for credentials: it has to be readable, and whole.
    fields.set("Accept-Encoding", "identity");
    fields.erase("Range");
    fields.erase("If-Range");
  }
  TRY_VOID(http::check_request_head(sealed.head_));
  sealed.flow_ = std::move(cleared.flow_);
  return sealed;
}

void Sealed::append_head(std::string& out) const { append(out, head_); }

void Sealed::append_head_for_proxy(std::string& out) const {
  http::Request head = head_;
  const bool is_of_the_server = head_.target == "*";  // an empty path says so (RFC 9112, 3.2.4)
  head.target = flow_.scheme + "://" + authority_of(flow_) + (is_of_the_server ? "" : head_.target);
  append(out, head);
}

void Sealed::append(std::string& out, const http::Request& head) const {
  out.reserve(out.size() + 1024);
  http::append_checked_request_head(out, head);
  if (credential_ == nullptr) return;
  out.resize(out.size() - 2);  // the empty line comes after the credential
  out.append(injected_->header()).append(": ").append(credential_->reveal()).append("\r\n\r\n");
}

http::Fields Sealed::h2_fields() const {
  auto fields = http::request_to_h2(head_, flow_.scheme);
  if (!fields) throw std::logic_error("a head that was checked cannot be written");
  if (takes_trailers_) fields->add("te", "trailers");
  if (credential_ != nullptr) fields->add(credential_field(), std::string(credential_->reveal()));
  return *std::move(fields);
}

std::string Sealed::credential_field() const {
  return injected_ == nullptr ? std::string() : base::lower(injected_->header());
}

}  // namespace flow
