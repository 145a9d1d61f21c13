// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sockets that are files, however long their path is (the kernel's own limit is 107 bytes).

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace control {

/// A socket that listens at `path`, mode 0600. Errors: io.
base::Result<base::Fd> listen_at(const std::filesystem::path& path);
/// A connection to who listens at `path`. Errors: not_found (nobody does), io.
base::Result<base::Fd> connect_to(const std::filesystem::path& path);

/// Reads and writes that end after a while: the peer may do nothing at all.
void limit_waits(const base::Fd& socket, std::chrono::milliseconds patience);
/// False when the peer has gone or does not read.
bool send_all(const base::Fd& socket, std::string_view bytes);
/// Appends what there is; false at the end, or when nothing comes.
bool receive_some(const base::Fd& socket, std::string& into);

}  // namespace control
