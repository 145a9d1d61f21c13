// SPDX-License-Identifier: Apache-2.0
#include "secrets/presets.h"

#include <algorithm>

namespace secrets {
namespace {

using enum CredentialType;
using Paths = std::array<std::string_view, 4>;

/// An API that takes `Authorization: Bearer TOKEN`.
constexpr Preset bearer_api(
    std::string_view name, std::string_view host, Preset::Variables environment, Paths paths = {}) {
  return {
      .name = name,
      .host = host,
      .header = "Authorization",
      .value_format = "Bearer {token}",
      .paths = paths,
      .environment = environment};
}

/// An API that takes its key in a field of its own, or bare.
constexpr Preset key_api(
    std::string_view name,
    std::string_view host,
    std::string_view header,
    Preset::Variables environment,
    Paths paths = {}) {
  return {
      .name = name,
      .host = host,
      .header = header,
      .value_format = "{token}",
      .paths = paths,
      .environment = environment};
}

/// What git asks a server for over HTTPS, and its large files.
constexpr Paths git_paths = {
    "/**/info/refs", "/**/git-upload-pack", "/**/git-receive-pack", "/**/info/lfs/**"};

/// A forge that takes a token as the password of `Basic` from git.
constexpr Preset git_host(
    std::string_view name,
    std::string_view host,
    std::string_view username,
    Preset::Variables environment) {
  return {
      .name = name,
      .type = basic,
      .host = host,
      .username = username,
      .paths = git_paths,
      .environment = environment};
}

constexpr std::array presets = {
    // code
    Preset{
        .name = "github",
        .completes = true,
        .host = "api.github.com",
        .header = "Authorization",
        .value_format = "Bearer {token}",
        .environment = {"GITHUB_TOKEN", "GH_TOKEN"}},
    bearer_api("github-uploads", "uploads.github.com", {"GITHUB_TOKEN", "GH_TOKEN"}),
    git_host("github-git", "github.com", "x-access-token", {"GITHUB_TOKEN", "GH_TOKEN"}),
    key_api(
        "gitlab",
        "gitlab.com",
        "PRIVATE-TOKEN",
        {"GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN"},
        {"/api/**"}),
    git_host("gitlab-git", "gitlab.com", "oauth2", {"GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN"}),
    // models
    key_api("anthropic", "api.anthropic.com", "x-api-key", {"ANTHROPIC_API_KEY"}),
    bearer_api("openai", "api.openai.com", {"OPENAI_API_KEY"}),
    key_api(
        "google-ai",
        "generativelanguage.googleapis.com",
        "x-goog-api-key",
        {"GEMINI_API_KEY", "GOOGLE_API_KEY"}),
    bearer_api("mistral", "api.mistral.ai", {"MISTRAL_API_KEY"}),
    bearer_api("groq", "api.groq.com", {"GROQ_API_KEY"}),
    bearer_api("openrouter", "openrouter.ai", {"OPENROUTER_API_KEY"}, {"/api/**"}),
    bearer_api("xai", "api.x.ai", {"XAI_API_KEY"}),
    bearer_api("deepseek", "api.deepseek.com", {"DEEPSEEK_API_KEY"}),
    bearer_api("cohere", "api.cohere.com", {"CO_API_KEY", "COHERE_API_KEY"}),
    bearer_api("huggingface", "huggingface.co", {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}),
    // packages
    bearer_api("npm", "*.npmjs.org", {"NPM_TOKEN", "NODE_AUTH_TOKEN"}),
    Preset{
        .name = "pypi",
        .type = basic,
        .host = "*.pypi.org",
        .username = "__token__",
        .username_variable = "TWINE_USERNAME",
        .paths = {"/legacy/"},
        .environment = {"TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "FLIT_PASSWORD"}},
    Preset{
        .name = "docker",
        .type = basic,
        .host = "*.docker.io",
        .paths = {"/token"},  // where the tokens for pulls and pushes are made
        .environment = {"DOCKERHUB_TOKEN", "DOCKER_PASSWORD", "DOCKER_TOKEN"},
        .username_environment = {"DOCKERHUB_USERNAME", "DOCKER_USERNAME"}},
    // clouds
    Preset{
        .name = "aws",
        .type = aws_sigv4,
        .host = "*.amazonaws.com",
        .environment = {"AWS_SECRET_ACCESS_KEY"},
        .access_key_environment = {"AWS_ACCESS_KEY_ID"},
        .session_environment = {"AWS_SESSION_TOKEN"}},
    bearer_api("cloudflare", "api.cloudflare.com", {"CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"}),
    bearer_api(
        "digitalocean",
        "api.digitalocean.com",
        {"DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"}),
    bearer_api("fly", "api.fly.io", {"FLY_API_TOKEN", "FLY_ACCESS_TOKEN"}),
    bearer_api("fly-machines", "api.machines.dev", {"FLY_API_TOKEN", "FLY_ACCESS_TOKEN"}),
    bearer_api("netlify", "api.netlify.com", {"NETLIFY_AUTH_TOKEN"}),
    bearer_api("vercel", "api.vercel.com", {"VERCEL_TOKEN"}),
    // services
    key_api("linear", "api.linear.app", "Authorization", {"LINEAR_API_KEY"}),
    bearer_api("notion", "api.notion.com", {"NOTION_TOKEN", "NOTION_API_KEY"}),
    bearer_api("sentry", "sentry.io", {"SENTRY_AUTH_TOKEN"}, {"/api/**"}),
    bearer_api("slack", "slack.com", {"SLACK_BOT_TOKEN", "SLACK_TOKEN"}, {"/api/**"}),
    bearer_api("stripe", "api.stripe.com", {"STRIPE_API_KEY", "STRIPE_SECRET_KEY"}),
};

}  // namespace

const Preset* preset_named(std::string_view name) {
  const auto* found = std::ranges::find(presets, name, &Preset::name);
  return found != presets.end() ? found : nullptr;
}

std::span<const Preset> all_presets() { return presets; }

std::vector<std::string_view> preset_names() {
  std::vector<std::string_view> names;
  names.reserve(presets.size());
  for (const auto& preset : presets)
    names.push_back(preset.name);
  return names;
}

}  // namespace secrets
