// SPDX-License-Identifier: Apache-2.0
// The tables put together. Order is the order of the default file and of the reference.
#include <algorithm>
#include <array>

#include "config/rows/credentials.h"
#include "config/rows/proxy.h"
#include "config/rows/sandbox.h"
#include "config/rows/secrets.h"
#include "config/rows/upstream.h"
#include "config/schema.h"

namespace config {
namespace {

template <std::size_t... Sizes>
constexpr auto joined(const std::array<Row, Sizes>&... tables) {
  std::array<Row, (Sizes + ...)> all{};
  auto* to = all.begin();
  ((to = std::ranges::copy(tables, to).out), ...);
  return all;
}

constexpr auto table_of_rows = joined(
    rows_of::proxy, rows_of::credentials, rows_of::secrets, rows_of::upstream, rows_of::sandbox);

}  // namespace

std::span<const Row> rows() { return table_of_rows; }

}  // namespace config
