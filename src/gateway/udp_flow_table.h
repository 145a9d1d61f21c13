// SPDX-License-Identifier: Apache-2.0
#pragma once
// The flows of datagrams there are, by their path. A flow has no end that anybody announces: the
// number is bounded, and the one that was silent for longest makes room.

#include <cstddef>
#include <list>
#include <map>
#include <memory>

#include "gateway/captured_datagram.h"

namespace gateway {

template <class Flow>
class UdpFlowTable {
public:
  using Pointer = std::shared_ptr<Flow>;

  explicit UdpFlowTable(std::size_t capacity) : capacity_(capacity) {}

  /// The flow of that path, which is no longer the most silent; null when there is none.
  Pointer find(const DatagramPath& path) {
    const auto found = index_.find(path);
    if (found == index_.end()) return nullptr;
    flows_.splice(flows_.begin(), flows_, found->second);
    return found->second->flow;
  }

  /// Adds a flow with a path of its own; returns the one that made room for it, if one had to.
  Pointer add(const DatagramPath& path, Pointer flow) {
    Pointer evicted;
    if (flows_.size() >= capacity_) {
      evicted = flows_.back().flow;
      index_.erase(flows_.back().path);
      flows_.pop_back();
    }
    flows_.push_front({path, std::move(flow)});
    index_.emplace(path, flows_.begin());
    return evicted;
  }

  /// Removes that very flow; another one that has its path by now stays.
  void remove(const DatagramPath& path, const Flow& flow) {
    const auto found = index_.find(path);
    if (found == index_.end() || found->second->flow.get() != &flow) return;
    flows_.erase(found->second);
    index_.erase(found);
  }

  std::size_t size() const { return flows_.size(); }

private:
  struct Entry {
    DatagramPath path;
    Pointer flow;
  };

  std::size_t capacity_;
  std::list<Entry> flows_;  // the most silent last
  std::map<DatagramPath, typename std::list<Entry>::iterator> index_;
};

}  // namespace gateway
