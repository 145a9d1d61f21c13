// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "policy/normalise.h"
#include "secrets/percent.h"

namespace flow {
namespace {

using base::ErrorKind;
using base::Result;

/// Each is judged with each of the other kind.
constexpr std::size_t most_overrides = 8;

/// Servers that hand fields on as variables do not tell what is no letter and no digit apart.
constexpr char hyphenated(char c) {
  return base::is_alpha(c) || base::is_digit(c) ? base::to_lower(c) : '-';
}

enum class FieldKind { other, method, path };

struct KnownField {
  std::string_view name;
  FieldKind kind;
};

constexpr auto known_fields = std::to_array<KnownField>({
    {"x-http-method-override", FieldKind::method},
    {"x-http-method", FieldKind::method},
    {"x-method-override", FieldKind::method},
    {"x-original-url", FieldKind::path},
    {"x-rewrite-url", FieldKind::path},
});

FieldKind kind_of(std::string_view name) {
  constexpr std::size_t shortest = 13;
  if (name.size() < shortest || base::to_lower(name.front()) != 'x') return FieldKind::other;
  const auto found = std::ranges::find_if(known_fields, [&](const KnownField& known) {
    return std::ranges::equal(name, known.name, {}, hyphenated);
  });
  return found == known_fields.end() ? FieldKind::other : found->kind;
}

struct Method {
  std::string name;
  std::string place;
};

struct Path {
  std::string path;
  std::string query;
  std::string place;
};

std::unexpected<base::Error> refuse_override(std::string_view place, std::string_view why) {
  return base::fail(ErrorKind::denied, fmt::format("{} {}", place, why));
}

/// Letters are not escaped in normal forms.
bool may_have_method(std::string_view query) {
  return query.contains("ethod") || query.contains("ETHOD");
}

/// As PHP makes names of parameters into names of variables: Symfony and Laravel read `_method`.
/// Others read names of fields there.
bool is_method_parameter(std::string_view name) {
  constexpr std::string_view behind_first = "method";
  name = name.substr(0, name.find('\0'));
  if (name == "$httpMethod") return true;  // Google's
  if (kind_of(name) == FieldKind::method) return true;
  while (name.starts_with(' '))
    name.remove_prefix(1);
  return name.ends_with(behind_first) && name.size() == behind_first.size() + 1 &&
         std::string_view("_.[").contains(name.front());
}

/// All that a head says, the first line first.
class Claims {
public:
  explicit Claims(const Flow& flow)
      : paths_{{.path = flow.path, .query = flow.query.value_or(""), .place = {}}},
        methods_{{.name = flow.request.method, .place = {}}} {}

  Result<> read(const http::Fields& fields) {
    for (const auto& field : fields) {
      const auto kind = kind_of(field.name);
      if (kind == FieldKind::method) TRY_VOID(add_methods(field));
      if (kind == FieldKind::path) TRY_VOID(add_path(field));
    }
    for (std::size_t at = 0; at < paths_.size(); ++at)
      TRY_VOID(add_parameters(paths_[at].query));
    return {};
  }

  std::vector<Override> overrides() const {
    std::vector<Override> out;
    for (const auto& path : paths_) {
      for (const auto& method : methods_) {
        if (path.place.empty() && method.place.empty()) continue;
        const std::string_view both = path.place.empty() || method.place.empty() ? "" : " and ";
        out.push_back(
            {.method = method.name,
             .path = path.path,
             .query = path.query,
             .place = fmt::format("{}{}{}", method.place, both, path.place)});
      }
    }
    return out;
  }

private:
  /// Whoever reads a list takes one of its elements.
  Result<> add_methods(const http::Field& field) {
    for (const auto element : base::split(field.value, ','))
      TRY_VOID(add_method(element, "the field " + field.name));
    return {};
  }

  Result<> add_method(std::string_view text, std::string place) {
    const auto trimmed = base::trim(text);
    if (trimmed.empty()) return {};
    const auto normal = policy::normalise_method(trimmed);
    if (!normal && normal.error().kind == ErrorKind::denied)
      return refuse_override(place, "asks for a method that is never let through");
    // What is no method is one that no rule names.
    const auto name = normal.value_or("?");
    const auto is_it = [&](const Method& each) { return each.name == name; };
    if (std::ranges::none_of(methods_, is_it))
      methods_.push_back({.name = name, .place = std::move(place)});
    return check_count();
  }

  Result<> add_parameters(std::string_view query) {
    if (!may_have_method(query)) return {};
    for (const auto part : base::split(query, '&')) {
      for (const auto parameter : base::split(part, ';')) {
        const auto equals = std::min(parameter.find('='), parameter.size());
        const auto name = secrets::percent_decode_form(parameter.substr(0, equals));
        if (!is_method_parameter(name) || equals == parameter.size()) continue;
        const auto value = secrets::percent_decode_form(parameter.substr(equals + 1));
        TRY_VOID(add_method(value, "the parameter " + name));
      }
    }
    return {};
  }

  /// A path, with or without a query, or a whole URL.
  Result<> add_path(const http::Field& field) {
    const std::string place = "the field " + field.name;
    auto text = base::trim(field.value);
    if (text.empty()) return {};
    if (const auto scheme = text.find("://"); scheme < text.find_first_of("/?#"))
      text.remove_prefix(std::min(text.find_first_of("/?#", scheme + 3), text.size()));
    text = text.substr(0, text.find('#'));
    const auto question = std::min(text.find('?'), text.size());
    const auto path_text = text.substr(0, question);
    const std::string_view slash = path_text.starts_with('/') ? "" : "/";
    auto path = policy::normalise_path(fmt::format("{}{}", slash, path_text));
    auto query = policy::normalise_query(text.substr(std::min(question + 1, text.size())));
    if (!path || !query) return refuse_override(place, "asks for a path that cannot be read");
    const auto is_it = [&](const Path& each) { return each.path == *path && each.query == *query; };
    if (std::ranges::none_of(paths_, is_it))
      paths_.push_back({.path = *std::move(path), .query = *std::move(query), .place = place});
    return check_count();
  }

  Result<> check_count() const {
    if (paths_.size() + methods_.size() <= most_overrides) return {};
    return base::fail(ErrorKind::denied, "the request says in too many places what it asks for");
  }

  std::vector<Path> paths_;
  std::vector<Method> methods_;
};

bool may_have_overrides(const Flow& flow) {
  if (flow.query && may_have_method(*flow.query)) return true;
  return std::ranges::any_of(flow.request.fields, [](const http::Field& field) {
    return kind_of(field.name) != FieldKind::other;
  });
}

}  // namespace

policy::Target Override::target(const Flow& flow) const {
  auto target = flow.target();
  target.method = method;
  target.path = path == "*" ? target.path : std::string_view(path);
  target.query = query;
  return target;
}

std::string Override::in_words() const { return fmt::format("by {}: {} {}", place, method, path); }

Result<std::vector<Override>> overrides_of(const Flow& flow) {
  if (!may_have_overrides(flow)) return std::vector<Override>();
  Claims claims(flow);
  TRY_VOID(claims.read(flow.request.fields));
  return claims.overrides();
}

}  // namespace flow
