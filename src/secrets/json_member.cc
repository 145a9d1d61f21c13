// SPDX-License-Identifier: Apache-2.0
#include "secrets/json_member.h"

#include <boost/json.hpp>
#include <vector>

#include "base/text.h"

namespace secrets {
namespace {

namespace json = boost::json;

using base::ErrorKind;
using base::Secret;

/// The document lives in memory for secrets, all of it given back at once.
class SecretResource final : public json::memory_resource {
public:
  SecretResource() = default;
  SecretResource(const SecretResource&) = delete;
  SecretResource& operator=(const SecretResource&) = delete;
  ~SecretResource() override {
    for (const auto block : blocks_)
      base::give_back_secret_block(block);
  }

private:
  void* do_allocate(std::size_t size, std::size_t) override {
    return blocks_.emplace_back(base::take_secret_block(size)).data;
  }
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::vector<base::SecretBlock> blocks_;
};

const json::value* child(const json::value& parent, std::string_view name) {
  if (const auto* object = parent.if_object()) return object->if_contains(name);
  const auto* array = parent.if_array();
  const auto index = base::parse_number(name);
  if (array == nullptr || !index || *index >= array->size()) return nullptr;
  return &(*array)[static_cast<std::size_t>(*index)];
}

std::string number_text(const json::value& number) { return json::serialize(number); }

}  // namespace

base::Result<std::optional<Secret>> json_member(std::string_view text, std::string_view path) {
  SecretResource memory;
  boost::system::error_code wrong;
  const auto document = json::parse(text, wrong, &memory);
  if (wrong) return base::fail(ErrorKind::invalid, "it is not JSON");
  const json::value* at = &document;
  for (const auto name : base::split(path, '.')) {
    at = child(*at, name);
    if (at == nullptr) return std::nullopt;
  }
  if (at->is_null()) return std::nullopt;
  if (const auto* found = at->if_string()) return Secret({found->data(), found->size()});
  if (at->is_structured()) {
    return base::fail(
        ErrorKind::invalid,
        "its member " + base::escape_for_terminal(path) + " is an object or an array",
        "name the member inside that is the secret");
  }
  return Secret(number_text(*at));
}

}  // namespace secrets
