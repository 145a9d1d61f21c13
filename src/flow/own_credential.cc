// SPDX-License-Identifier: Apache-2.0
#include "flow/own_credential.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/text.h"
#include "flow/basic_login.h"
#include "flow/credential_name.h"
#include "flow/request_view.h"
#include "secrets/percent.h"

namespace flow {
namespace {

using Place = secrets::Slot::Place;

/// A longer one may be a key: there are servers that take it in place of a name.
constexpr std::size_t longest_user = 20;
/// A scheme of Authorization ("Bearer", "GenieKey").
constexpr std::size_t longest_scheme = 16;

bool is_word(std::string_view text) { return std::ranges::all_of(text, base::is_alpha); }

/// What the gateway does to a request by itself, whatever stands there.
class Replacements {
public:
  Replacements(const Flow& flow, const secrets::Injectors& injectors)
      : injector_(flow.takes_credentials ? injectors.find(flow.target()) : nullptr) {
    if (injector_ == nullptr) return;
    const ViewOf head(flow.request, flow.target(), http::request_framing(flow.request));
    const auto injection = injector_->inject(head.view(), {.now = flow.time, .body = ""});
    const auto* edits = std::get_if<secrets::Edits>(&injection);
    replaces_ = edits != nullptr;
    if (!replaces_ || injector_->slot().place == Place::cookie) return;
    signs_query_ = edits->query && injector_->slot().place == Place::header;
    for (const auto& name : edits->erased)
      fields_.insert(base::lower(name));
    for (const auto& field : edits->fields)
      fields_.insert(base::lower(field.name));
  }

  bool replaces_field(std::string_view name) const { return fields_.contains(base::lower(name)); }
  bool replaces(Place place, std::string_view name) const {
    // A presigned URL is made anew.
    if (place == Place::query && signs_query_) return base::lower(name).starts_with("x-amz-");
    return replaces_ && is_slot(place, name);
  }
  /// Whether the gateway's credential belongs there.
  bool is_slot(Place place, std::string_view name) const {
    if (injector_ == nullptr || injector_->slot().place != place) return false;
    const auto& own = injector_->slot().name;
    return place == Place::header ? base::iequals(own, name) : own == name;
  }
  std::string_view dummy() const {
    return injector_ != nullptr ? std::string_view(injector_->rule().dummy()) : std::string_view();
  }

private:
  const secrets::Injector* injector_;
  std::set<std::string> fields_;  // in lower case
  bool replaces_ = false;
  bool signs_query_ = false;
};

class Look {
public:
  Look(const Replacements& replaced, const secrets::Placeholders& placeholders)
      : replaced_(replaced), placeholders_(placeholders) {}

  bool is_own(const http::Field& field) const {
    if (field.value.empty() || replaced_.replaces_field(field.name)) return false;
    if (base::iequals(field.name, "cookie")) return has_own_cookie(field.value);
    if (base::iequals(field.name, "sec-websocket-protocol")) return offers_own_key(field.value);
    if (!names_credential(field.name) && !replaced_.is_slot(Place::header, field.name))
      return false;
    if (const auto login = read_basic_login(field)) return !is_our_login(*login);
    return !is_ours_with_scheme(field.value, base::iequals(field.name, "authorization"));
  }

  /// The name of the first parameter that carries one; empty when none does.
  std::string own_parameter(std::string_view query) const {
    for (const auto pair : base::split(query, '&')) {
      for (const auto parameter : base::split(pair, ';')) {
        const auto equals = std::min(parameter.find('='), parameter.size());
        const auto name = secrets::percent_decode_form(parameter.substr(0, equals));
        const auto value = parameter.substr(std::min(equals + 1, parameter.size()));
        const bool is_credential = names_credential(name) || replaced_.is_slot(Place::query, name);
        if (value.empty() || !is_credential || replaced_.replaces(Place::query, name)) continue;
        if (!is_ours(secrets::percent_decode_form(value))) return name;
      }
    }
    return {};
  }

private:
  /// A placeholder or the dummy, and nothing else.
  bool is_ours(std::string_view value) const {
    if (!value.empty() && value == replaced_.dummy()) return true;
    const auto match = placeholders_.needles().find(value, 0);
    return match && match->at == 0 && match->size == value.size();
  }

  /// The same behind the word of a scheme: any in Authorization, elsewhere the usual ones. Some
  /// write `Token token="…"`.
  bool is_ours_with_scheme(std::string_view value, bool takes_any) const {
    value = base::trim(value);
    const auto blank = value.find(' ');
    if (blank != value.npos) {
      const auto scheme = value.substr(0, blank);
      const bool is_usual = base::iequals(scheme, "bearer") || base::iequals(scheme, "token") ||
                            base::iequals(scheme, "apikey");
      if (!is_usual && !(takes_any && scheme.size() <= longest_scheme && is_word(scheme)))
        return false;
      value = base::trim(value.substr(blank));
    }
    const auto equals = value.find('=');
    const bool is_named =
        equals != value.npos && equals <= longest_scheme && is_word(value.substr(0, equals));
    if (is_named && !is_ours(value)) value.remove_prefix(equals + 1);
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
      value = value.substr(1, value.size() - 2);
    return is_ours(value);
  }

  /// One half is ours, and the other too short to be a key, or an address.
  bool is_our_login(std::string_view login) const {
    const auto colon = std::min(login.find(':'), login.size());
    const auto user = login.substr(0, colon);
    const auto password = login.substr(std::min(colon + 1, login.size()));
    const auto is_name = [](std::string_view text) {
      return text.size() < longest_user || text.contains('@');
    };
    return (is_ours(password) && (is_ours(user) || is_name(user))) ||
           (is_ours(user) && is_name(password));
  }

  bool has_own_cookie(std::string_view cookies) const {
    return std::ranges::any_of(base::split(cookies, ';'), [&](std::string_view piece) {
      const auto cookie = base::trim(piece);
      const auto equals = std::min(cookie.find('='), cookie.size());
      const auto value = base::trim(cookie.substr(std::min(equals + 1, cookie.size())));
      if (cookie.empty() || replaced_.replaces(Place::cookie, base::trim(cookie.substr(0, equals))))
        return false;
      return !is_ours(value.empty() ? cookie : value);
    });
  }

  /// Of some APIs a browser, which can set no other field, names its key among the protocols.
  bool offers_own_key(std::string_view protocols) const {
    return std::ranges::any_of(base::split(protocols, ','), [&](std::string_view piece) {
      const auto protocol = base::trim(piece);
      if (!speaks_of_credential(protocol)) return false;
      const auto match = placeholders_.needles().find(protocol, 0);
      return !match || match->at + match->size != protocol.size();
    });
  }

  const Replacements& replaced_;
  const secrets::Placeholders& placeholders_;
};

}  // namespace

std::string own_credential_in(
    const Flow& flow,
    const secrets::Injectors& injectors,
    const secrets::Placeholders& placeholders) {
  const Replacements replaced(flow, injectors);
  const Look look(replaced, placeholders);
  for (const auto& field : flow.request.fields)
    if (look.is_own(field)) return "header:" + base::lower(field.name);
  const std::string parameter = look.own_parameter(flow.query.value_or(""));
  return parameter.empty() ? std::string() : "query:" + parameter;
}

}  // namespace flow
