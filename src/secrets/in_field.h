// SPDX-License-Identifier: Apache-2.0
#pragma once
// A credential that is the value of one header field: of the types header, bearer and basic.

#include <string>

#include "secrets/mechanism.h"

namespace secrets {

class InField final : public Mechanism {
public:
  struct Form {
    std::string header;
    std::string dummy;
    bool overwrites = false;
  };

  /// `value` is what is written, `hidden` what must not come back.
  InField(Form form, base::Secret value, std::vector<base::Secret> hidden)
      : form_(std::move(form)), value_(std::move(value)), hidden_(std::move(hidden)) {}

  Injection inject(const RequestView& request, const Circumstances& now) const override;
  std::vector<std::string_view> hidden() const override;

private:
  bool gives_way(std::string_view own_value) const;

  Form form_;
  base::Secret value_;
  std::vector<base::Secret> hidden_;
};

}  // namespace secrets
