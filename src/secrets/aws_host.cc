// SPDX-License-Identifier: Apache-2.0
#include "secrets/aws_host.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.h"

namespace secrets {
namespace {

using Labels = std::vector<std::string_view>;

struct Partition {
  std::string_view suffix;
  std::string_view first_region;
};

constexpr std::array<Partition, 4> partitions = {{
    {.suffix = ".amazonaws.com", .first_region = "us-east-1"},
    {.suffix = ".amazonaws.com.cn", .first_region = "cn-north-1"},
    {.suffix = ".api.aws", .first_region = "us-east-1"},
    {.suffix = ".on.aws", .first_region = "us-east-1"},
}};

/// Hosts whose label is not the name that signatures have for the service.
struct Alias {
  std::string_view label;
  std::string_view service;
};

constexpr std::array<Alias, 11> aliases = {{
    {.label = "bedrock-agent", .service = "bedrock"},
    {.label = "bedrock-agent-runtime", .service = "bedrock"},
    {.label = "bedrock-runtime", .service = "bedrock"},
    {.label = "email", .service = "ses"},
    {.label = "lambda-url", .service = "lambda"},
    {.label = "queue", .service = "sqs"},
    {.label = "s3-accelerate", .service = "s3"},
    {.label = "s3-accesspoint", .service = "s3"},
    {.label = "s3-control", .service = "s3"},
    {.label = "s3-external-1", .service = "s3"},
    {.label = "transcribestreaming", .service = "transcribe"},
}};

/// Labels of hosts behind which customers' own programs answer.
constexpr std::array<std::string_view, 9> customers_labels = {
    "execute-api",  "lambda-url",       "elb",       "compute", "compute-1", "appsync-api",
    "awsapprunner", "elasticbeanstalk", "s3-website"};

bool is_customers(std::string_view label) {
  return std::ranges::find(customers_labels, label) != customers_labels.end() ||
         label.starts_with("s3-website-") || label.starts_with("vpce-svc-");
}

/// "eu-west-1", "us-gov-east-1", "cn-north-1": words and a number.
bool is_region(std::string_view label) {
  const auto words = base::split(label, '-');
  if (words.size() < 3 || words.size() > 4) return false;
  const auto last = words.back();
  const bool numbered = !last.empty() && std::ranges::all_of(last, base::is_digit);
  return numbered && words[0].size() == 2 &&
         std::all_of(words.begin(), words.end() - 1, [](std::string_view word) {
           return !word.empty() && std::ranges::all_of(word, base::is_alpha);
         });
}

/// Without what says how the service is reached.
std::string_view plain(std::string_view label) {
  constexpr std::string_view fips = "-fips";
  if (label.ends_with(fips)) label.remove_suffix(fips.size());
  if (label.starts_with("fips-")) label.remove_prefix(fips.size());
  return label;
}

std::string service_of(std::string_view label) {
  label = plain(label);
  const auto* alias = std::ranges::find(aliases, label, &Alias::label);
  return std::string(alias != aliases.end() ? alias->service : label);
}

/// "s3-eu-west-1", as hosts of S3 were once called.
std::optional<std::string_view> region_in(std::string_view s3_label) {
  constexpr std::string_view prefix = "s3-";
  if (!s3_label.starts_with(prefix) || !is_region(s3_label.substr(prefix.size())))
    return std::nullopt;
  return s3_label.substr(prefix.size());
}

const Partition* partition_of(std::string_view host) {
  const auto* found = std::ranges::find_if(
      partitions, [&](const Partition& each) { return host.ends_with(each.suffix); });
  return found != partitions.end() ? found : nullptr;
}

/// Its service and region.
AwsPlace place_of(std::string_view host) {
  const Partition* partition = partition_of(host);
  if (partition == nullptr) return {};
  host.remove_suffix(partition->suffix.size());
  Labels labels = base::split(host, '.');
  std::erase(labels, "dualstack");
  if (labels.empty() || labels.back().empty()) return {};

  if (const auto region = region_in(labels.back()))
    return {.service = "s3", .region = std::string(*region)};
  if (!is_region(labels.back())) {
    // A service of the whole partition, or a host that names its region first.
    const bool region_first = labels.size() > 1 && is_region(labels[labels.size() - 2]);
    const auto region = region_first ? labels[labels.size() - 2] : partition->first_region;
    return {.service = service_of(labels.back()), .region = std::string(region)};
  }
  const std::string region(labels.back());
  labels.pop_back();
  if (labels.empty()) return {.service = {}, .region = region};
  return {.service = service_of(labels.back()), .region = region};
}

}  // namespace

AwsPlace aws_place_of(std::string_view host) {
  auto place = place_of(host);
  place.is_customers = std::ranges::any_of(base::split(host, '.'), is_customers);
  return place;
}

bool is_s3(std::string_view service) {
  return service == "s3" || service == "s3express" || service == "s3-outposts" ||
         service == "s3-object-lambda";
}

}  // namespace secrets
