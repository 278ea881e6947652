// Fused plans of networks of many forms: the same numbers as unfused ones, in fewer steps.
#include "plan/model_graphs.hpp"
#include "plan/passes.hpp"
#include "support/catch.hpp"

using namespace sumi;
using namespace sumi::testing;

namespace {

struct Network {
  const char* name;
  std::vector<Layer> layers;
  Shape image;  // without the batch
};

BatchNormalization norm(std::string name) { return {.name = std::move(name)}; }
Conv2D conv(int filters, std::string name) {
  return {.filters = filters, .kernel_size = 3, .activation = "relu", .name = std::move(name)};
}
Dense softmax(int units) { return {.units = units, .activation = "softmax", .name = "softmax"}; }

std::vector<Network> networks() {
  std::vector<Network> all;
  all.push_back({"tutorial",
                 {conv(32, "c"), norm("n"), MaxPooling2D{.name = "p"}, norm("n1"), conv(64, "c1"), norm("n2"),
                  MaxPooling2D{.name = "p1"}, norm("n3"), Flatten{.name = "f"},
                  Dense{.units = 32, .activation = "relu", .name = "d"}, norm("n4"), softmax(10)},
                 {16, 16, 1}});
  all.push_back({"vgg",
                 {Conv2D{.filters = 16, .kernel_size = 3, .padding = "same", .activation = "relu", .name = "c"},
                  Conv2D{.filters = 16, .kernel_size = 3, .padding = "same", .activation = "relu", .name = "c1"},
                  MaxPooling2D{.name = "p"},
                  Conv2D{.filters = 32, .kernel_size = 3, .padding = "same", .activation = "relu", .name = "c2"},
                  norm("n"), MaxPooling2D{.name = "p1"}, Flatten{.name = "f"},
                  Dense{.units = 24, .activation = "relu", .name = "d"}, softmax(7)},
                 {12, 12, 3}});
  all.push_back({"all convolutions",
                 {conv(16, "c"), norm("n"), conv(32, "c1"), norm("n1"), norm("n2"),
                  Conv2D{.filters = 5, .kernel_size = 1, .name = "c2"}, GlobalAveragePooling2D{.name = "g"},
                  Softmax{.name = "s"}},
                 {10, 9, 17}});
  all.push_back({"no batch norm",
                 {conv(16, "c"), MaxPooling2D{.name = "p"}, conv(16, "c1"), Flatten{.name = "f"}, softmax(4)},
                 {11, 11, 1}});
  all.push_back({"dense only",
                 {Flatten{.name = "f"}, Dense{.units = 20, .activation = "relu", .name = "d"}, norm("n"),
                  Dense{.units = 12, .activation = "tanh", .name = "d1"}, norm("n1"), softmax(3)},
                 {5, 5, 1}});
  all.push_back(
      {"same padding, strides of 2",
       {Conv2D{.filters = 16, .kernel_size = 3, .strides = 2, .padding = "same", .activation = "relu", .name = "c"},
        norm("n"), Conv2D{.filters = 32, .kernel_size = 3, .strides = 2, .padding = "same", .name = "c1"}, norm("n1"),
        ReLU{.name = "r"}, Flatten{.name = "f"}, softmax(6)},
       {13, 13, 3}});
  all.push_back({"pools that overlap, norms without scale or shift",
                 {conv(16, "c"), BatchNormalization{.scale = false, .name = "n"},
                  MaxPooling2D{.pool_size = 3, .strides = 2, .name = "p"},
                  BatchNormalization{.center = false, .name = "n1"}, conv(16, "c1"),
                  BatchNormalization{.center = false, .scale = false, .name = "n2"}, Flatten{.name = "f"}, softmax(4)},
                 {14, 14, 1}});
  return all;
}

Shape batch_of(const Network& network, std::int64_t size) {
  Shape shape = {size};
  shape.insert(shape.end(), network.image.begin(), network.image.end());
  return shape;
}

}  // namespace

TEST_CASE("fused and unfused plans compute the same, training and inference, whatever the network and the batch") {
  for (const Network& network : networks()) {
    for (const std::int64_t batch : {1, 7, 50}) {
      for (const bool training : {true, false}) {
        INFO(network.name << ", batch " << batch << (training ? ", training" : ", inference"));
        // The variance of one number is nothing: a batch of one sample through a dense batch norm has no gradient left
        // to compare but rounding.
        if (batch == 1 && training && std::string(network.name) != "all convolutions") continue;
        const ModelGraph model = make_model_graph(network.layers, batch_of(network, batch), training);
        const Outcome fused = run_model_graph(model, backend::cpu(), {}, 2);
        const Outcome plain = run_model_graph(model, backend::cpu(), all_passes(), 2);
        check_same_outcome(fused, plain);
        CHECK(fused.steps <= plain.steps);
        const Outcome again = run_model_graph(model, backend::cpu(), {}, 2);
        CHECK(again.gradients == fused.gradients);
        CHECK(again.y_pred == fused.y_pred);
      }
    }
  }
}

TEST_CASE("no image goes through plain loops, whatever stands before and behind a convolution") {
  const auto small = [](std::vector<Layer> layers) {
    layers.insert(layers.begin(), PReLU{.shared_axes = {1, 2}, .name = "before"});
    layers.insert(layers.end(), {Flatten{.name = "f"}, softmax(4)});
    return layers;
  };
  const std::vector<std::vector<Layer>> all = {
      small({Conv2D{.filters = 64, .kernel_size = 3, .name = "c"}}),
      small({Conv2D{.filters = 64, .kernel_size = 3, .padding = "same", .activation = "gelu", .name = "c"}}),
      small({Conv2D{.filters = 5, .kernel_size = 3, .name = "c"}}),
      small({Conv2D{.filters = 64, .kernel_size = 3, .strides = 2, .name = "c"}}),
      small({Conv2D{.filters = 64, .kernel_size = 3, .name = "c"}, LayerNormalization{.name = "n"}}),
      small({DepthwiseConv2D{.kernel_size = 3, .name = "c"}}),
      small({Conv2DTranspose{.filters = 16, .kernel_size = 3, .strides = 2, .name = "c"}}),
      small({SeparableConv2D{.filters = 32, .kernel_size = 3, .name = "c"}, UpSampling2D{.name = "u"}})};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const bool training : {true, false}) {
      INFO("number " << i << (training ? ", training" : ", inference"));
      CHECK(run_model_graph(make_model_graph(all[i], {2, 12, 12, 32}, training), backend::cpu(), {}, 2)
                .kernels_of_reference == 0);
    }
  }
}

TEST_CASE("the fused plan means the same on the reference") {
  for (const Network& network : networks()) {
    INFO(network.name);
    const ModelGraph model = make_model_graph(network.layers, batch_of(network, 3), true);
    check_same_outcome(run_model_graph(model, backend::reference(), {}),
                       run_model_graph(model, backend::reference(), all_passes()));
  }
}

TEST_CASE("each pass can be left out") {
  const Network network = networks().front();
  const ModelGraph model = make_model_graph(network.layers, batch_of(network, 5), true);
  const Outcome fused = run_model_graph(model, backend::cpu(), {});
  for (const plan::Pass& pass : plan::passes()) {
    INFO(pass.name);
    const Outcome without = run_model_graph(model, backend::cpu(), {pass.name});
    check_same_outcome(without, fused);
    CHECK(without.kernels_of_reference <= fused.kernels_of_reference);  // nothing falls back to plain loops
  }
}
