// SPDX-License-Identifier: Apache-2.0
#include "session/status.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json.h"
#include "control/client.h"

namespace session {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string to_json(const gateway::Distrust::Place& place) {
  return "{\"host\":" + base::to_json_string(place.host) +
         ",\"port\":" + std::to_string(place.port) +
         ",\"rejected\":" + (place.rejected ? "true" : "false") + "}";
}

gateway::Distrust::Place place_from(const json::value& value) {
  return {
      .host = std::string(value.at("host").as_string()),
      .port = static_cast<std::uint16_t>(value.at("port").to_number<std::uint16_t>()),
      .rejected = value.at("rejected").as_bool()};
}

/// Throws what Boost.JSON does when a part is missing or of another type.
Status status_from(const json::value& value) {
  Status status{
      .process = value.at("process").to_number<int>(),
      .sandbox = std::string(value.at("sandbox").as_string()),
      .session_id = std::string(value.at("session_id").as_string()),
      .project = std::string(value.at("project").as_string()),
      .started = base::parse_time(std::string(value.at("started").as_string())).value(),
      .records = value.at("records").to_number<std::uint64_t>()};
  for (const auto& word : value.at("command").as_array())
    status.command.emplace_back(word.as_string());
  for (const auto& place : value.at("distrusted").as_array())
    status.distrusted.push_back(place_from(place));
  return status;
}

}  // namespace

std::string to_json(const Status& status) {
  std::string out = "{\"process\":" + std::to_string(status.process);
  out += ",\"sandbox\":" + base::to_json_string(status.sandbox);
  out += ",\"session_id\":" + base::to_json_string(status.session_id);
  out += ",\"project\":" + base::to_json_string(status.project);
  out += ",\"command\":[";
  for (const auto& word : status.command)
    out += (out.back() == '[' ? "" : ",") + base::to_json_string(word);
  out += "],\"started\":" + base::to_json_string(base::to_rfc3339(status.started));
  out += ",\"records\":" + std::to_string(status.records);
  out += ",\"distrusted\":[";
  for (const auto& place : status.distrusted)
    out += (out.back() == '[' ? "" : ",") + to_json(place);
  return out + "]}";
}

base::Result<Status> status_from_json(std::string_view text) try {
  return status_from(json::parse(text));
} catch (const std::exception&) {
  return base::fail(base::ErrorKind::invalid, "this is not the status of a session");
}

Sessions running_sessions(const fs::path& runtime) {
  Sessions out;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(runtime, missing)) {
    if (entry.path().extension() != ".sock") continue;
    const auto answer = control::ask(entry.path(), "GET", "/status");
    if (!answer && answer.error().kind == base::ErrorKind::not_found) {
      fs::remove(entry.path(), missing);
      continue;
    }
    auto status = answer ? status_from_json(answer->json)
                         : base::Result<Status>(std::unexpected(answer.error()));
    if (status)
      out.running.push_back(*std::move(status));
    else
      out.warnings.push_back(entry.path().string() + ": " + status.error().to_string());
  }
  std::ranges::sort(out.running, {}, &Status::started);
  return out;
}

}  // namespace session
