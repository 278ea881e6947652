// The passes around batch norms: what they make, and what they must leave alone.
#include <algorithm>

#include "plan/model_graphs.hpp"
#include "plan/passes.hpp"
#include "support/catch.hpp"

using namespace sumi;
using namespace sumi::testing;

namespace {

using Names = std::vector<std::string>;

// Ops after the passes before and including `last`, on the reference, which takes every fused op.
Names names_after(const ModelGraph& model, const std::string& last, std::vector<graph::ValueId> more_kept = {}) {
  graph::Graph graph = model.graph;
  plan::PassContext context{backend::reference(), model.kept(), 1};
  context.kept.insert(context.kept.end(), more_kept.begin(), more_kept.end());
  for (const plan::Pass& pass : plan::passes()) {
    pass.run(graph, context);
    graph::verify(graph);
    if (pass.name == last) break;
  }
  Names names;
  for (const graph::Op& op : graph.ops) names.emplace_back(graph::name_of(op.attributes));
  return names;
}

std::int64_t count(const Names& names, const std::string& name) { return std::count(names.begin(), names.end(), name); }

std::vector<Layer> block() {
  return {Conv2D{.filters = 4, .kernel_size = 3, .activation = "relu", .name = "c"},
          BatchNormalization{.name = "n"},
          MaxPooling2D{.name = "p"},
          BatchNormalization{.name = "n1"},
          Conv2D{.filters = 5, .kernel_size = 2, .name = "c1"},
          GlobalAveragePooling2D{.name = "g"},
          Softmax{.name = "s"}};
}
const Shape images = {2, 8, 8, 1};

// The value that the forward op of this kind in this layer makes.
template <class Kind>
graph::ValueId output_of(const ModelGraph& model, const std::string& layer) {
  for (const graph::Op& op : model.graph.ops) {
    if (std::holds_alternative<Kind>(op.attributes) && op.layer == layer) return op.outputs[0];
  }
  return graph::none;
}

}  // namespace

TEST_CASE("fuse_norms: a pool and the norms around it become one map behind the pool") {
  const Names names = names_after(make_model_graph(block(), images, false), "fuse_norms");
  CHECK(names ==
        Names{"conv2d", "max_pool2d", "norm_chain", "channel_affine", "conv2d", "avg_pool2d", "reshape", "softmax"});
}

TEST_CASE("fuse_norms: in training moments come in, and one pass goes back") {
  const Names names = names_after(make_model_graph(block(), images, true), "fuse_norms");
  CHECK(count(names, "batch_norm") == 0);
  CHECK(count(names, "batch_norm_backward") == 0);
  CHECK(count(names, "max_pool2d_backward") == 0);
  CHECK(count(names, "moments") == 2);  // of what the convolution made, and of what was pooled
  CHECK(count(names, "norm_chain") == 1);
  CHECK(count(names, "gradient_sums") == 1);
  CHECK(count(names, "norm_chain_backward_data") == 1);
}

TEST_CASE("fuse_norms: not chained when somebody else reads what lies between") {
  const ModelGraph model = make_model_graph(block(), images, false);
  const graph::ValueId between = output_of<graph::BatchNorm>(model, "n");
  const Names names = names_after(model, "fuse_norms", {between});
  // Each norm on its own: the first keeps its output, the pool reads it.
  CHECK(count(names, "norm_chain") == 2);
  CHECK(count(names, "channel_affine") == 2);
}

TEST_CASE("fuse_norms: not fused with renormalisation, nor along another axis") {
  for (const Layer& layer :
       {Layer(BatchNormalization{.renorm = true, .name = "n"}), Layer(BatchNormalization{.axis = 1, .name = "n"})}) {
    const std::vector<Layer> layers = {Conv2D{.filters = 4, .kernel_size = 3, .name = "c"}, layer, Flatten{.name = "f"},
                                       Dense{.units = 3, .activation = "softmax", .name = "d"}};
    for (const bool training : {true, false}) {
      CHECK(count(names_after(make_model_graph(layers, images, training), "fuse_norms"), "batch_norm") == 1);
    }
  }
}

TEST_CASE("fuse_norms: the norm of a matrix stays whole in training, where nothing would take its parts over") {
  const std::vector<Layer> layers = {Dense{.units = 4, .name = "d"}, BatchNormalization{.name = "n"},
                                     Dense{.units = 3, .activation = "softmax", .name = "d1"}};
  CHECK(count(names_after(make_model_graph(layers, {5, 3}, true), "fuse_norms"), "batch_norm") == 1);
  CHECK(count(names_after(make_model_graph(layers, {5, 3}, false), "fuse_norms"), "batch_norm") == 0);
}

TEST_CASE("fuse_relu_gradient: the ReLU before the norm goes back in the same pass") {
  const Names before = names_after(make_model_graph(block(), images, true), "fuse_norms");
  const Names after = names_after(make_model_graph(block(), images, true), "fuse_relu_gradient");
  CHECK(count(before, "activate_backward") == 1);
  CHECK(count(after, "activate_backward") == 0);
}

TEST_CASE("fuse_relu_gradient: not fused when the activation is another") {
  std::vector<Layer> layers = block();
  layers[0] = Conv2D{.filters = 4, .kernel_size = 3, .activation = "tanh", .name = "c"};
  CHECK(count(names_after(make_model_graph(layers, images, true), "fuse_relu_gradient"), "activate_backward") == 1);
}

TEST_CASE("fold_affine: the map moves into the convolution behind it, and the sums come off its gradient") {
  const Names inference = names_after(make_model_graph(block(), images, false), "fold_affine");
  CHECK(count(inference, "channel_affine") == 0);
  CHECK(count(inference, "fold_affine") == 1);
  const Names training = names_after(make_model_graph(block(), images, true), "fold_affine");
  CHECK(count(training, "channel_affine") == 0);
  CHECK(count(training, "fold_affine_backward") == 1);
  CHECK(count(training, "gradient_sums") == 0);
}

TEST_CASE("fold_affine: not folded when padding is in the way") {
  std::vector<Layer> layers = block();
  layers[4] = Conv2D{.filters = 5, .kernel_size = 2, .padding = "same", .name = "c1"};
  const Names names = names_after(make_model_graph(layers, images, false), "fold_affine");
  CHECK(count(names, "channel_affine") == 1);
  CHECK(count(names, "fold_affine") == 0);
}

TEST_CASE("fold_affine: not folded when the mapped values are kept") {
  const ModelGraph model = make_model_graph(block(), images, false);
  const Names names = names_after(model, "fold_affine", {output_of<graph::BatchNorm>(model, "n1")});
  CHECK(count(names, "channel_affine") == 1);
  CHECK(count(names, "fold_affine") == 0);
}

TEST_CASE("fold_affine: through Flatten into a product where weights stay, not in training") {
  const std::vector<Layer> layers = {Conv2D{.filters = 4, .kernel_size = 3, .name = "c"},
                                     BatchNormalization{.name = "n"}, Flatten{.name = "f"},
                                     Dense{.units = 3, .activation = "softmax", .name = "d"}};
  CHECK(count(names_after(make_model_graph(layers, images, false), "fold_affine"), "fold_affine") == 1);
  CHECK(count(names_after(make_model_graph(layers, images, true), "fold_affine"), "fold_affine") == 0);
}

TEST_CASE("recompute_convolutions: the first convolution's output is not stored") {
  const ModelGraph model = make_model_graph(block(), images, true);
  CHECK(count(names_after(model, "fuse_convolution_statistics"), "moments") == 0);
  CHECK(count(names_after(model, "fuse_convolution_statistics"), "max_pool2d") == 0);
  const Names names = names_after(model, "recompute_convolutions");
  CHECK(count(names, "conv2d_chain_backward") == 1);
  CHECK(count(names, "norm_chain_backward_data") == 0);
}

TEST_CASE("recompute_convolutions: not when the way back goes on to layers before") {
  std::vector<Layer> layers = block();
  layers.insert(layers.begin(), Conv2D{.filters = 2, .kernel_size = 1, .name = "c0"});
  const Names names = names_after(make_model_graph(layers, images, true), "recompute_convolutions");
  CHECK(count(names, "conv2d_chain_backward") == 0);
}

TEST_CASE("fuse_convolution_gradients: both gradients in one op, where there are both") {
  const Names before = names_after(make_model_graph(block(), images, true), "recompute_convolutions");
  CHECK(count(before, "conv2d_backward_weights") == 1);
  CHECK(count(before, "conv2d_backward_data") == 1);
  const Names after = names_after(make_model_graph(block(), images, true), "fuse_convolution_gradients");
  CHECK(count(after, "conv2d_backward_weights") == 0);
  CHECK(count(after, "conv2d_backward_data") == 0);
  CHECK(count(after, "conv2d_backward") == 1);
}

TEST_CASE("fuse_softmax_loss: one op there, one back") {
  const Names names = names_after(make_model_graph(block(), images, true), "fuse_softmax_loss");
  CHECK(count(names, "softmax_cross_entropy") == 1);
  CHECK(count(names, "softmax_cross_entropy_backward") == 1);
  CHECK(count(names, "softmax") == 0);
  CHECK(count(names, "cross_entropy") == 0);
}

TEST_CASE("fuse_softmax_loss: not fused over other axes") {
  const std::vector<Layer> layers = {Dense{.units = 3, .name = "d"}, Softmax{.axis = 0, .name = "s"}};
  const Names names = names_after(make_model_graph(layers, {2, 4}, true), "fuse_softmax_loss");
  CHECK(count(names, "softmax_cross_entropy") == 0);
}
