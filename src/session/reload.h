// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a running session takes up what its configuration says now: whole, or not at all.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/load.h"
#include "policy/datagrams.h"
#include "session/gateway_host.h"
#include "session/pipeline.h"
#include "session/project.h"

namespace session {

/// What is as it was when the session started, for as long as it lives.
struct Start {
  ConfigRequest config{};  // is read again with the same flags
  const Project& project;
  Occasion occasion{};
  config::Table effective{};
  std::vector<std::filesystem::path> hidden{};  // own_files() that the sandbox does not see
  std::map<std::string, std::string> variables{};
  policy::Datagrams datagrams{};  // that are captured
};

/// The variables of the sandbox that hold placeholders or dummies.
std::map<std::string, std::string> variables_for_secrets(const flow::Pipeline& pipeline);

/// Reads the configuration again and has the gateway go by it. What it answers with are warnings:
/// those of any start, and what only the next one takes up. On an error nothing has changed.
/// `files` are those that were read last.
base::Result<std::vector<std::string>> reload(
    const Start& start, std::vector<std::filesystem::path>& files, GatewayHost& gateway);

/// The answer to POST /reload, and back.
std::string reload_to_json(const base::Result<std::vector<std::string>>& warnings);
base::Result<std::vector<std::string>> reload_from_json(std::string_view json);

}  // namespace session
