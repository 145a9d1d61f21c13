// SPDX-License-Identifier: Apache-2.0
#include "flow/substitute_head.h"

#include "base/text.h"
#include "flow/basic_login.h"
#include "flow/placeholder_fates.h"
#include "secrets/needle_stream.h"

namespace flow {
namespace {

using secrets::Part;
using secrets::Placeholders;

constexpr std::string_view digits = "0123456789ABCDEF";

bool is_unreserved(char c) {
  return base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~").contains(c);
}

/// A value as a part of a path or a query: nothing in it separates anything there. This is the
/// spelling that is looked for in what comes back.
base::Secret percent_encoded(const base::Secret& value) {
  std::string text;
  text.reserve(3 * value.size());
  for (const char c : value.reveal()) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c))
      text += c;
    else
      text.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  base::Secret out(text);
  base::wipe(text.data(), text.size());
  return out;
}

/// The text with every placeholder replaced whose fate that is; `encode` says how a value is
/// written.
template <class Encode>
void substitute(
    std::string& text,
    const Placeholders& placeholders,
    const PlaceholderFates& fates,
    Encode encode) {
  std::string out;
  secrets::NeedleStream stream;
  stream.feed(
      placeholders.needles(), text, true, out,
      [&](const auto& match, std::string_view found, std::string& to) {
        if (fates.of(match.needle) == Fate::replace)
          to += encode(*placeholders.all()[match.needle].use()).reveal();
        else
          to += found;
        return true;
      });
  base::wipe(text.data(), text.size());
  text = std::move(out);
}

base::Secret as_it_is(const base::Secret& value) { return value.clone(); }

void substitute_target(http::Request& head, const Flow& flow, const Placeholders& placeholders) {
  const auto question = head.target.find('?');
  std::string path = head.target.substr(0, question);
  std::string query = question == std::string::npos ? "" : head.target.substr(question);
  const auto target = flow.target();
  substitute(
      path, placeholders, PlaceholderFates(placeholders, target, Part::path), percent_encoded);
  substitute(
      query, placeholders, PlaceholderFates(placeholders, target, Part::query), percent_encoded);
  head.target = path + query;
}

}  // namespace

void substitute_head(http::Request& head, const Flow& flow, const Placeholders& placeholders) {
  if (placeholders.empty() || !flow.notes || flow.notes->substituted.empty()) return;
  substitute_target(head, flow, placeholders);
  const PlaceholderFates fates(placeholders, flow.target(), Part::header);
  for (auto& field : head.fields) {
    auto login = read_basic_login(field);
    if (login && placeholders.needles().find(*login, 0)) {
      substitute(*login, placeholders, fates, as_it_is);
      field.value = write_basic_login(*login);
      base::wipe(login->data(), login->size());
    } else {
      substitute(field.value, placeholders, fates, as_it_is);
    }
  }
}

}  // namespace flow
