// SPDX-License-Identifier: Apache-2.0
#pragma once
// Puts secrets in the place of their placeholders in one body, whatever the body is written in.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/format.h"
#include "content/protobuf.h"
#include "flow/notes.h"
#include "flow/placeholder_fates.h"
#include "secrets/needle_stream.h"

namespace flow {

class Substituter {
public:
  /// Whether the body may become longer or shorter: not when its length was told and its head has
  /// gone.
  enum class Length { free, fixed };

  Substituter(
      secrets::Placeholders placeholders,
      PlaceholderFates fates,
      Length length,
      std::shared_ptr<Notes> notes,
      std::string_view place = "body");

  /// A text that streams by, written in one syntax from beginning to end.
  class Text {
  public:
    std::size_t held() const { return beginning_.size(); }

  private:
    friend class Substituter;
    secrets::NeedleStream stream_;
    std::string beginning_;  // of JSON, as long as it is short: where a placeholder stands
  };
  /// See BodyFilter.
  std::optional<std::string_view> pass_on(
      Text& text, content::Syntax syntax, std::string_view in, bool last);
  void feed(Text& text, content::Syntax syntax, std::string_view in, bool last, std::string& out);
  /// The places of a message where values have to stand, in order. They live as long as this.
  std::vector<content::protobuf::Edit> edits(std::string_view message);

  /// Why the body may not go on; null while it may.
  const Deny* refusal() const { return refusal_ ? &*refusal_ : nullptr; }
  void refuse(std::string reason);
  bool has_changed() const { return has_changed_; }

private:
  /// What takes the place of a placeholder; nullopt when it stays, or refuses the body.
  std::optional<std::string_view> value_of(
      const secrets::Needles::Match& match, content::Syntax syntax, std::string_view beginning);
  void note(const std::string& name, std::size_t at, std::string_view beginning);
  const std::vector<base::Secret>& values_in(content::Syntax syntax);

  secrets::Placeholders placeholders_;
  PlaceholderFates fates_;
  Length length_;
  std::shared_ptr<Notes> notes_;
  std::string_view place_;                                       // how the log calls it
  std::map<content::Syntax, std::vector<base::Secret>> values_;  // as each syntax writes them
  std::set<std::string, std::less<>> noted_;                     // names: the first says where
  std::optional<Deny> refusal_;
  bool has_changed_ = false;
};

}  // namespace flow
