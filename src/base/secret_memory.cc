// SPDX-License-Identifier: Apache-2.0
#include "base/secret_memory.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define LAZARET_POISON(data, size) ASAN_POISON_MEMORY_REGION(data, size)
#define LAZARET_UNPOISON(data, size) ASAN_UNPOISON_MEMORY_REGION(data, size)
#endif
#endif
#ifndef LAZARET_POISON
#define LAZARET_POISON(data, size) static_cast<void>(0)
#define LAZARET_UNPOISON(data, size) static_cast<void>(0)
#endif

namespace base {
namespace {

constexpr std::size_t smallest_block = 32;
constexpr std::size_t region_size = 65536;
constexpr std::size_t classes =
    std::bit_width(largest_block) - static_cast<std::size_t>(std::bit_width(smallest_block)) + 1;

constexpr std::size_t class_of(std::size_t size) {
  return std::bit_width(size) - static_cast<std::size_t>(std::bit_width(smallest_block));
}

constexpr std::size_t rounded(std::size_t size) {
  if (size <= largest_block) return std::bit_ceil(std::max(size, smallest_block));
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

class Arena {
public:
  /// Lives as long as the process: secrets of static storage outlive every other object.
  static Arena& the() {
    static Arena* const arena = new Arena;
    return *arena;
  }

  SecretBlock take(std::size_t wanted) {
    const std::size_t size = rounded(wanted);
    const std::scoped_lock lock(mutex_);
    if (size > largest_block) return {map(size), size};
    auto*& free = free_[class_of(size)];
    if (free == nullptr) return {cut(size), size};
    LAZARET_UNPOISON(free, size);
    auto* const taken = reinterpret_cast<char*>(free);
    free = free->next;
    std::memset(taken, 0, sizeof(Free));
    return {taken, size};
  }

  void give_back(SecretBlock block) noexcept {
    wipe(block.data, block.size);
    if (block.size > largest_block) {
      ::munmap(block.data, block.size);
      return;
    }
    const std::scoped_lock lock(mutex_);
    auto*& free = free_[class_of(block.size)];
    free = new (block.data) Free{free};
    LAZARET_POISON(block.data, block.size);
  }

  std::string why_unlocked() {
    const std::scoped_lock lock(mutex_);
    if (lock_error_ == 0) return {};
    rlimit limit{};
    ::getrlimit(RLIMIT_MEMLOCK, &limit);
    return std::string(std::strerror(lock_error_)) + " (ulimit -l is " +
           std::to_string(limit.rlim_cur / 1024) + " KiB)";
  }

private:
  /// What stands in a block that nobody has.
  struct Free {
    Free* next;
  };

  /// From the newest region; what is left of the one before is too small for this block, and lost.
  char* cut(std::size_t size) {
    if (left_ < size) {
      region_ = map(region_size);
      left_ = region_size;
      LAZARET_POISON(region_, region_size);
    }
    char* const block = region_;
    LAZARET_UNPOISON(block, size);
    region_ += size;
    left_ -= size;
    return block;
  }

  char* map(std::size_t size) {
    void* const pages =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    ::madvise(pages, size, MADV_DONTDUMP);
    if (::mlock(pages, size) != 0) lock_error_ = errno;
    return static_cast<char*>(pages);
  }

  std::mutex mutex_;
  std::array<Free*, classes> free_{};
  char* region_ = nullptr;  // what is left of the newest region
  std::size_t left_ = 0;
  int lock_error_ = 0;
};

}  // namespace

SecretBlock take_secret_block(std::size_t size) { return Arena::the().take(size); }

void give_back_secret_block(SecretBlock block) noexcept {
  if (block.data != nullptr) Arena::the().give_back(block);
}

std::string why_secrets_may_be_swapped() { return Arena::the().why_unlocked(); }

void wipe(void* data, std::size_t size) {
  if (size != 0) ::explicit_bzero(data, size);
}

}  // namespace base
