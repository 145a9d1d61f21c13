// SPDX-License-Identifier: Apache-2.0
#include "flow/sealed.h"

#include "http/connection.h"
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
  http::Request out = outgoing(flow, sealed.framing_);

  const auto* injector = pipeline.injectors().find(flow.target());
  const bool as_judged = flow.scheme != "https" || upstream.verified_tls;
  if (injector != nullptr && as_judged) {
    const auto present = out.fields.find(injector->header());
    if (const auto* value = injector->value_over(present.value_or(std::string_view()))) {
      sealed.injected_ = injector;
      out.fields.set(injector->header(), std::string(value->reveal()));
    }
  }
  sealed.guarded_ = pipeline.injectors().concern(flow.host);
  if (sealed.guarded_) {
    // What comes back is searched for credentials: it has to be readable, and whole.
    out.fields.set("Accept-Encoding", "identity");
    out.fields.erase("Range");
    out.fields.erase("If-Range");
  }

  std::string head;
  head.reserve(1024);
  auto written = http::append_request_head(head, out);
  for (auto& field : out.fields) {
    if (sealed.injected_ != nullptr && field.name == sealed.injected_->header()) {
      base::wipe(field.value.data(), field.value.size());
    }
  }
  TRY_VOID(written);
  sealed.head_ = base::Secret(head);
  base::wipe(head.data(), head.size());
  sealed.flow_ = std::move(cleared.flow_);
  return sealed;
}

}  // namespace flow
