// SPDX-License-Identifier: Apache-2.0
// Any line is a record or an error; a record that was read is written so that it reads as the same
// again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "audit/json_line.h"
#include "audit/render.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = audit::parse_json_line({reinterpret_cast<const char*>(data), size});
  if (!record) return 0;

  std::string line;
  audit::append_json(line, *record);
  if (line.find('\n') != std::string::npos) std::abort();
  const auto again = audit::parse_json_line(line);
  if (!again) std::abort();
  std::string second;
  audit::append_json(second, *again);
  if (line != second) std::abort();

  const std::string table = audit::render_table({&*record, 1}, {.body = true});
  if (table.find('\x1b') != std::string::npos) std::abort();
  return 0;
}
