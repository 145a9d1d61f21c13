// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes the tokens out of the answer of a token endpoint, before the log or the program has seen a
// byte of it.

#include <memory>
#include <optional>
#include <string>

#include "flow/body_filter.h"
#include "flow/notes.h"
#include "secrets/logins.h"

namespace flow {

class LoginFilter final : public BodyFilter {
public:
  /// A longer answer is refused.
  static constexpr std::size_t longest_answer = 1UL << 20U;

  /// What becomes of an answer that cannot be read: it has no tokens when it tells of an error.
  enum class Unreadable { refused, passed };

  /// The scrubber learns the tokens; the names of what was taken are noted.
  LoginFilter(
      std::shared_ptr<secrets::Logins> logins,
      const secrets::LoginRule& rule,
      Unreadable unreadable,
      secrets::Scrubber scrubber,
      std::shared_ptr<Notes> notes)
      : logins_(std::move(logins)),
        rule_(rule),
        unreadable_(unreadable),
        scrubber_(std::move(scrubber)),
        notes_(std::move(notes)) {}
  LoginFilter(const LoginFilter&) = delete;
  LoginFilter& operator=(const LoginFilter&) = delete;
  ~LoginFilter() override;

  /// Nothing goes on before the end is there.
  void feed(std::string_view in, bool last, std::string& out) override;
  const Deny* refusal() const override { return refusal_ ? &*refusal_ : nullptr; }
  std::size_t held() const override { return answer_.size(); }

private:
  void take_tokens(std::string& out);
  void refuse(const std::string& why);

  std::shared_ptr<secrets::Logins> logins_;
  const secrets::LoginRule& rule_;
  Unreadable unreadable_;
  secrets::Scrubber scrubber_;
  std::shared_ptr<Notes> notes_;
  std::string answer_;
  std::optional<Deny> refusal_;
};

}  // namespace flow
