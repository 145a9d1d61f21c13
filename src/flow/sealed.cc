// SPDX-License-Identifier: Apache-2.0
#include "flow/sealed.h"

#include <span>
#include <stdexcept>

#include "base/text.h"
#include "content/codings.h"
#include "flow/body_digests.h"
#include "flow/request_view.h"
#include "flow/substitute_head.h"
#include "http/connection.h"
#include "http/h2_head.h"
#include "http/write.h"
#include "secrets/aws_host.h"

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

/// Behind an authority, as a proxy is told it, anything else could change that (RFC 3986, 3.2).
base::Result<> check_target(std::string_view target) {
  if (target.starts_with('/') || target == "*") return {};
  return base::fail(base::ErrorKind::invalid, "the target to send does not begin with a slash");
}

/// At least what the head takes as text: it is written without moving, which would leave copies.
std::size_t room_for(const http::Request& head) {
  constexpr std::size_t around_a_field = 4;  // ": " and the line's end
  std::size_t room = head.method.size() + head.target.size() + 64;
  for (const auto& field : head.fields)
    room += field.name.size() + field.value.size() + around_a_field;
  return room;
}

/// Of the codings that the program takes those that can be read; none: the plain answer.
std::string readable_codings(const http::Fields& fields) {
  std::string out;
  for (const auto each : fields.tokens("accept-encoding")) {
    const std::string_view name = base::trim(each.substr(0, each.find(';')));
    const auto codings = content::codings_of(std::span(&name, 1));
    if (codings && !codings->empty()) out.append(out.empty() ? "" : ", ").append(each);
  }
  return out.empty() ? "identity" : out;
}

enum class Wanted { plain, readable };

/// Whether the program signed for AWS which part it wants: without that the signature is wrong.
bool has_signed_range(const http::Fields& fields, std::string_view host) {
  if (secrets::aws_place_of(host).service.empty()) return false;
  const auto signature = base::lower(fields.find("authorization").value_or(""));
  const auto names = signature.find("signedheaders=");
  return signature.starts_with("aws4-hmac-sha256 ") && names != signature.npos &&
         signature.substr(names, signature.find(',', names) - names).contains(";range");
}

/// What comes back is searched for secrets: it has to be readable, and whole. A host that may know
/// one itself is asked for nothing that would have to be decoded.
void ask_for_readable_whole(http::Fields& fields, std::string_view host, Wanted wanted) {
  fields.set("Accept-Encoding", wanted == Wanted::plain ? "identity" : readable_codings(fields));
  if (wanted == Wanted::readable && has_signed_range(fields, host)) return;
  for (const auto* name :
       {"Grpc-Accept-Encoding", "Connect-Accept-Encoding", "Range", "If-Range", "Request-Range",
        "X-Ms-Range", "X-Ms-Range-Get-Content-Md5", "X-Ms-Range-Get-Content-Crc64"})
    fields.erase(name);
}

/// The target with the path and the query that the head has now.
policy::Target as_sent(policy::Target target, const http::Request& head) {
  const std::string_view whole = head.target;
  const auto question = whole.find('?');
  target.path = whole.substr(0, question);
  target.query =
      question == std::string_view::npos ? std::string_view() : whole.substr(question + 1);
  return target;
}

class ChunkFilter final : public BodyFilter {
public:
  explicit ChunkFilter(secrets::sigv4::ChunkSigning from) : signer_(std::move(from)) {}
  void feed(std::string_view in, bool last, std::string& out) override {
    signer_.feed(in, last, out);
  }

private:
  secrets::sigv4::ChunkSigner signer_;
};

}  // namespace

base::Result<Sealed> Sealed::seal(
    Cleared&& cleared,
    const Reached& upstream,
    const Pipeline& pipeline,
    const secrets::Circumstances& now) {
  const Flow& flow = cleared.flow_;
  if (upstream.host != flow.host || upstream.port != flow.port) {
    return base::fail(
        base::ErrorKind::internal, "the request was judged for another host than the one reached");
  }
  Sealed sealed;
  sealed.framing_ = http::request_framing(flow.request);
  sealed.takes_trailers_ = flow.request.fields.has_token("te", "trailers");
  sealed.head_ = WireHead(outgoing(flow, sealed.framing_));
  const bool as_judged = flow.scheme != "https" || upstream.verified_tls;
  if (as_judged && flow.notes && !flow.notes->substituted.empty()) {
    sealed.head_.change(
        [&](http::Request& head) { substitute_head(head, flow, pipeline.placeholders()); });
  }
  const bool secrets_may_come = pipeline.guards_answers_of(flow.host) || upstream.told_login;
  const bool searched = secrets_may_come && !flow.leaves_answer_unsearched();
  sealed.may_know_ = pipeline.gives_secrets_to(flow.host) || upstream.told_login;
  sealed.guarded_ = searched || pipeline.login_of(flow) != nullptr;
  if (sealed.guarded_) {
    ask_for_readable_whole(
        sealed.head_.plain_fields(), flow.host,
        sealed.may_know_ ? Wanted::plain : Wanted::readable);
  }
  if (as_judged && flow.takes_credentials) TRY_VOID(sealed.inject(flow.target(), pipeline, now));
  TRY_VOID(check_target(sealed.head_.request().target));
  TRY_VOID(http::check_request_head(sealed.head_.request()));
  sealed.flow_ = std::move(cleared.flow_);
  return sealed;
}

/// Comes last: a signature is over what is sent.
base::Result<> Sealed::inject(
    const policy::Target& target, const Pipeline& pipeline, const secrets::Circumstances& now) {
  const auto* injector = pipeline.injectors().find(target);
  if (injector == nullptr) return {};
  const auto& head = head_.request();
  auto injection = injector->inject(ViewOf(head, as_sent(target, head), framing_).view(), now);
  if (const auto* unfit = std::get_if<secrets::Unfit>(&injection)) {
    return base::fail(
        base::ErrorKind::denied, "credential `" + injector->name() + "`: " + unfit->reason);
  }
  if (auto* edits = std::get_if<secrets::Edits>(&injection)) {
    if (!injector->has_value()) {
      return base::fail(
          base::ErrorKind::denied, "credential `" + injector->name() + "`: it was not fetched yet");
    }
    head_.apply(*edits);
    chunks_ = std::move(edits->chunks);
    injected_ = injector;
  }
  return {};
}

std::unique_ptr<BodyFilter> Sealed::body_filter() const {
  if (!chunks_) return nullptr;
  return std::make_unique<ChunkFilter>(chunks_->clone());
}

std::vector<std::string> Sealed::stale_fields(Digests digests) const {
  const bool is_signed =
      injected_ != nullptr && injected_->rule().type() == secrets::CredentialType::aws_sigv4;
  return flow::stale_fields(
      flow_.request.fields, {.digests = digests == Digests::mended, .aws_signature = is_signed});
}

void Sealed::append_head(std::string& out) const {
  const auto& head = head_.request();
  out.reserve(out.size() + room_for(head));
  http::append_checked_request_head(out, head);
}

void Sealed::append_head_for_proxy(std::string& out) const {
  const auto& head = head_.request();
  const std::string origin = flow_.scheme + "://" + authority_of(flow_);
  out.reserve(out.size() + origin.size() + room_for(head));
  http::append_checked_request_head(out, head, origin);
}

http::Fields Sealed::h2_fields() const {
  auto fields = http::request_to_h2(head_.request(), flow_.scheme);
  if (!fields) throw std::logic_error("a head that was checked cannot be written");
  if (takes_trailers_) fields->add("te", "trailers");
  return *std::move(fields);
}

}  // namespace flow
