// SPDX-License-Identifier: Apache-2.0
#pragma once
// The precompiled header of the rooms that have no other, and with GoogleTest of all tests.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
