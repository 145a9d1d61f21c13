// SPDX-License-Identifier: Apache-2.0
#pragma once
// Memory for a JSON document that holds secrets: all of it is wiped and given back at once. For .cc
// files only.

#include <boost/json/memory_resource.hpp>
#include <cstddef>
#include <vector>

#include "base/secret_memory.h"

namespace secrets {

class SecretResource final : public boost::json::memory_resource {
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

}  // namespace secrets
