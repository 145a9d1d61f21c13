// SPDX-License-Identifier: Apache-2.0
#pragma once
// The program of init/, as part of this one: it is carried into every sandbox, so there is nothing
// to install or find.

#include <string_view>

namespace sandbox {

std::string_view init_image();

}  // namespace sandbox
