// SPDX-License-Identifier: Apache-2.0
#pragma once
// A credential that is one cookie (RFC 6265, 4.2); the program's other cookies stay.

#include <string>

#include "secrets/mechanism.h"

namespace secrets {

class InCookie final : public Mechanism {
public:
  struct Form {
    std::string cookie;
    std::string dummy;
    bool overwrites = false;
  };

  InCookie(Form form, base::Secret value, base::Secret hidden)
      : form_(std::move(form)), value_(std::move(value)), hidden_(std::move(hidden)) {}

  /// One field Cookie with all of them; ours comes last.
  Injection inject(const RequestView& request, const Circumstances& now) const override;
  std::vector<std::string_view> hidden() const override { return {hidden_.reveal()}; }

private:
  bool gives_way(std::string_view own_value) const;

  Form form_;
  base::Secret value_;
  base::Secret hidden_;
};

}  // namespace secrets
