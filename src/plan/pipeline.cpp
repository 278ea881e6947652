// The order of the passes.
#include <algorithm>

#include "plan/passes.hpp"
#include "sumi/error.hpp"
#include "sumi/plan.hpp"

namespace sumi::plan {

const std::vector<Pass>& passes() {
  static const std::vector<Pass> all = {
      {"fuse_bias", fuse_bias},
      {"fuse_relu", fuse_relu},
      {"fuse_bias_gradient", fuse_bias_gradient},
      {"fuse_softmax_loss", fuse_softmax_loss},
      {"fuse_norms", fuse_norms},
      {"fuse_relu_gradient", fuse_relu_gradient},
      {"fold_affine", fold_affine},
      {"fuse_convolution_statistics", fuse_convolution_statistics},
      {"recompute_convolutions", recompute_convolutions},
      {"fuse_convolution_gradients", fuse_convolution_gradients},
      {"fuse_chain_gradients", fuse_chain_gradients},
      {"choose_layouts", choose_layouts},
  };
  return all;
}

void optimize(graph::Graph& graph, const PassContext& context, const std::vector<std::string>& disabled) {
  for (const std::string& name : disabled) {
    const auto is_it = [&name](const Pass& pass) { return name == pass.name; };
    if (std::none_of(passes().begin(), passes().end(), is_it)) {
      std::string message = "Unknown pass '" + name + "'. Expected one of:";
      for (const Pass& pass : passes()) message += std::string(" ") + pass.name;
      throw ArgumentError(message + ".");
    }
  }
  const auto is_disabled = [&disabled](const char* name) {
    return std::find(disabled.begin(), disabled.end(), name) != disabled.end();
  };
  PassContext own = context;
  own.chooses_layouts = context.chooses_layouts && !is_disabled("choose_layouts");
  graph::verify(graph);
  for (const Pass& pass : passes()) {
    if (is_disabled(pass.name)) continue;
    pass.run(graph, own);
    graph::verify(graph);
  }
}

}  // namespace sumi::plan

namespace sumi {

std::vector<std::string> plan_passes() {
  std::vector<std::string> names;
  for (const plan::Pass& pass : plan::passes()) names.emplace_back(pass.name);
  return names;
}

}  // namespace sumi
