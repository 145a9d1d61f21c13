// SPDX-License-Identifier: Apache-2.0
#include "net/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace net {
namespace {

constexpr unsigned int how = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

}  // namespace

Pipe Pipe::create() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return {};
  Pipe made;
  made.out_.reset(ends[0]);
  made.in_.reset(ends[1]);
  int size = ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(capacity));
  if (size < 0) size = ::fcntl(ends[1], F_GETPIPE_SZ);
  if (size < static_cast<int>(least_capacity)) return {};
  return made;
}

ssize_t Pipe::fill(int from) {
  const ssize_t size = ::splice(from, nullptr, in_.get(), nullptr, capacity, how);
  if (size > 0) held_ += static_cast<std::size_t>(size);
  return size;
}

ssize_t Pipe::drain(int to) {
  const ssize_t size = ::splice(out_.get(), nullptr, to, nullptr, held_, how);
  if (size > 0) held_ -= static_cast<std::size_t>(size);
  return size;
}

ssize_t Pipe::read(std::span<char> into) {
  const ssize_t size = ::read(out_.get(), into.data(), into.size());
  if (size > 0) held_ -= static_cast<std::size_t>(size);
  return size;
}

Pipes::Lease Pipes::take() {
  Pipe pipe;
  if (taken_ < most_) {
    if (empty_.empty()) {
      pipe = Pipe::create();
    } else {
      pipe = std::move(empty_.back());
      empty_.pop_back();
    }
  }
  if (pipe) ++taken_;
  return {*this, std::move(pipe)};
}

Pipes::Lease::~Lease() {
  if (!pipe_) return;
  --owner_.taken_;
  if (pipe_.held() == 0 && owner_.empty_.size() < kept) owner_.empty_.push_back(std::move(pipe_));
}

}  // namespace net
