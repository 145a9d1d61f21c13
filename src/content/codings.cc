// SPDX-License-Identifier: Apache-2.0
#include "content/codings.h"

#include <optional>

#include "base/text.h"

namespace content {
namespace {

std::optional<Coding> coding_named(std::string_view name) {
  for (const auto coding : {Coding::gzip, Coding::deflate, Coding::br, Coding::zstd})
    if (base::iequals(name, name_of(coding))) return coding;
  if (base::iequals(name, "x-gzip")) return Coding::gzip;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Coding coding) {
  switch (coding) {
    case Coding::gzip:
      return "gzip";
    case Coding::deflate:
      return "deflate";
    case Coding::br:
      return "br";
    case Coding::zstd:
      return "zstd";
  }
  return "";
}

base::Result<Codings> codings_of(std::span<const std::string_view> names) {
  Codings codings;
  for (const auto element : names) {
    const auto name = base::trim(element);
    if (name.empty() || base::iequals(name, "identity")) continue;
    const auto coding = coding_named(name);
    if (!coding) {
      return base::fail(
          base::ErrorKind::invalid, "the body is in a content coding that cannot be read",
          "send it as it is, or as gzip, deflate, br or zstd");
    }
    if (codings.size() == max_codings) {
      return base::fail(
          base::ErrorKind::invalid, "the body is in more than three content codings at once",
          "compress it once");
    }
    codings.push_back(*coding);
  }
  return codings;
}

}  // namespace content
