// SPDX-License-Identifier: Apache-2.0
#include "config/schema.h"

#include "base/text.h"

namespace config {
namespace {

std::string_view without_brackets(std::string_view key) {
  return key.ends_with("[]") ? key.substr(0, key.size() - 2) : key;
}

void plant(Node& root, const Row& row) {
  Node* node = &root;
  for (const auto key : base::split(row.path, '.')) {
    node = &node->children[std::string(without_brackets(key))];
  }
  node->row = &row;
}

/// What any name may hold, a named one may hold too: tools.git has tools.*.mount_mode.
void share_wildcards(Node& node) {
  if (const auto any = node.children.find("*"); any != node.children.end()) {
    for (auto& [name, child] : node.children) {
      for (const auto& [key, grandchild] : any->second.children) {
        child.children.emplace(key, grandchild);
      }
    }
  }
  for (auto& [name, child] : node.children)
    share_wildcards(child);
}

Node grow() {
  Node root;
  for (const auto& row : rows())
    plant(root, row);
  share_wildcards(root);
  return root;
}

}  // namespace

const Node* Node::child(std::string_view name) const {
  auto found = children.find(name);
  if (found == children.end() || name == "*") found = children.find("*");
  return found == children.end() ? nullptr : &found->second;
}

std::vector<std::string> Node::names() const {
  std::vector<std::string> names;
  for (const auto& [name, child] : children) {
    if (name != "*") names.push_back(name);
  }
  return names;
}

const Node& schema() {
  static const Node root = grow();
  return root;
}

std::vector<std::string> split_choices(std::string_view choices) {
  std::vector<std::string> values;
  if (choices.empty()) return values;
  for (const auto value : base::split(choices, '|'))
    values.emplace_back(value);
  return values;
}

}  // namespace config
