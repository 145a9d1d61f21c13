// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whom a secret is for, and what stands for it inside the sandbox: everything about it but its
// value.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/origin.h"
#include "base/result.h"
#include "policy/target.h"
#include "secrets/reach.h"
#include "secrets/source.h"

namespace secrets {

/// Where in a request a placeholder stands.
enum class Part { path, query, header, body };
std::string_view name_of(Part part);
std::optional<Part> part_named(std::string_view name);

/// What happens to a request that holds a placeholder where its secret may not go.
enum class Mention {
  block,  // the request is refused
  inert,  // the placeholder goes out as it is: it is worth nothing outside
};

/// [secrets.<name>] as it was written.
struct PlaceholderSpec {
  std::string name;
  std::vector<std::string> hosts{};  // exact, or a glob when it has any of * ? [ {; none: nowhere
  Source source{};
  std::optional<std::string> env{};          // default: the secret's name; empty: no variable
  std::optional<std::string> placeholder{};  // with {name} and {rand}
  std::vector<Part> in{};                    // default: everywhere
  std::vector<std::string> methods{};        // default: all
  std::vector<std::string> paths{};          // patterns (policy::Scope::path); default: all
  std::vector<std::uint16_t> ports{};        // default: the scheme's own
  Mention mention = Mention::block;
  bool allow_plaintext = false;
  base::Origin origin{};
};

/// One way out for a secret: the requests it is for, and the parts of them.
struct Way {
  Reach reach{};
  std::vector<Part> parts{};  // none: everywhere

  /// As PlaceholderRule::why_not.
  std::string why_not(const policy::Target& target, Part part) const;
};

class PlaceholderRule {
public:
  /// Checks and completes a spec without looking at its secret. The error names it. `random` is
  /// what {rand} stands for.
  static base::Result<PlaceholderRule> compile(
      const PlaceholderSpec& spec, std::string_view random);
  /// For what stands for a token of a login (logins.h): `text` as below, and at least one way.
  static PlaceholderRule sentinel(
      std::string name,
      std::string text,
      std::vector<Way> ways,
      Mention mention,
      base::Origin origin);

  const std::string& name() const { return name_; }
  /// The variable that holds the placeholder inside; empty: none does.
  const std::string& variable() const { return variable_; }
  /// Letters, digits and `-._~` alone: the same text in a URL, in JSON, in a form.
  const std::string& text() const { return text_; }
  const base::Origin& origin() const { return origin_; }
  Mention mention() const { return mention_; }

  /// Why the secret may not go into this part of this request, as the end of a sentence ("is not
  /// for api.example.com"); empty when it may. That the server's certificate was verified is not
  /// known here.
  std::string why_not(const policy::Target& target, Part part) const;
  /// Its host, whatever the rest of the request.
  bool is_for(std::string_view host) const;

private:
  PlaceholderRule() = default;
  std::string name_;
  std::string variable_;
  std::string text_;
  std::vector<Way> ways_;  // any of them will do
  Mention mention_ = Mention::block;
  base::Origin origin_;
};

}  // namespace secrets
