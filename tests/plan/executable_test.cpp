// What runs: the same bits twice, nothing allocated, reshapes for free.
#include "plan/executable.hpp"

#include "plan/model_graphs.hpp"
#include "support/catch.hpp"

using namespace sumi;
using namespace sumi::testing;

TEST_CASE("the same bits twice, for each number of threads") {
  for (const int threads : {1, 2}) {
    const auto once = [threads] {
      return run_model_graph(make_model_graph(small_cnn(), {5, 12, 12, 1}, true), backend::cpu(), {}, threads);
    };
    const Outcome a = once();
    const Outcome b = once();
    CHECK(a.y_pred == b.y_pred);
    CHECK(a.gradients == b.gradients);
    CHECK(a.parameters == b.parameters);
  }
}

TEST_CASE("a reshape costs no step") {
  ModelGraph model =
      make_model_graph({Flatten{.name = "f"}, Reshape{.target_shape = Shape{4, 3}, .name = "r"}}, {2, 3, 4, 1}, false);
  const plan::PassContext context{backend::cpu(), model.kept(), 1};
  plan::optimize(model.graph, context);
  const plan::Executable executable(std::move(model.graph), model.table, context);
  CHECK(executable.describe().steps.empty());
}

TEST_CASE("temporaries share memory") {
  ModelGraph model = make_model_graph(small_cnn(), {8, 12, 12, 1}, true);
  const plan::PassContext context{backend::cpu(), model.kept(), 1};
  plan::optimize(model.graph, context);
  const Plan plan = plan::Executable(std::move(model.graph), model.table, context).describe();
  CHECK(plan.arena_bytes < plan.unshared_bytes * 3 / 4);
}

TEST_CASE("moving statistics are updated in place, only in training") {
  const std::vector<Layer> layers = {BatchNormalization{.name = "norm"},
                                     Dense{.units = 2, .activation = "softmax", .name = "d"}};
  const auto moving_mean = [&](bool training) {
    ModelGraph model = make_model_graph(layers, {16, 3}, training);
    const std::size_t offset = model.table[2].offset;
    const Outcome outcome = run_model_graph(std::move(model), backend::cpu(), {});
    return std::vector<float>(outcome.parameters.begin() + static_cast<std::ptrdiff_t>(offset),
                              outcome.parameters.begin() + static_cast<std::ptrdiff_t>(offset) + 3);
  };
  CHECK(moving_mean(true) != moving_mean(false));
}

TEST_CASE("what follows from the weights alone is computed again only when they have changed") {
  ModelGraph model = make_model_graph(small_cnn(), {2, 12, 12, 1}, false);
  const plan::PassContext context{backend::cpu(), model.kept(), 1};
  plan::optimize(model.graph, context);
  const std::int64_t count = element_count(model.graph.shape(model.y_pred));
  plan::Executable executable(std::move(model.graph), model.table, context);
  const Plan plan = executable.describe();
  CHECK(std::any_of(plan.steps.begin(), plan.steps.end(), [](const PlanStep& step) { return step.once; }));
  CHECK_FALSE(std::all_of(plan.steps.begin(), plan.steps.end(), [](const PlanStep& step) { return step.once; }));

  state::Arena parameters(model.table.floats(), 0.1F), workspace(executable.workspace_floats());
  executable.bind({workspace.data(), parameters.data(), nullptr});
  const auto predict = [&](std::uint64_t version) {
    for (std::int64_t i = 0; i < 2 * 12 * 12; ++i) executable.address(model.x)[i] = static_cast<float>(i % 5);
    executable.run(0, 1.0F, version);
    const float* y = executable.address(model.y_pred);
    return std::vector<float>(y, y + count);
  };
  const std::vector<float> before = predict(1);
  CHECK(predict(1) == before);
  for (const state::Parameter& p : model.table.all()) {
    if (p.name != "kernel") continue;
    for (std::size_t i = 0; i < p.size; ++i) parameters.data()[p.offset + i] = 0.01F * static_cast<float>(i % 7);
  }
  const std::vector<float> after = predict(2);
  CHECK(after != before);
  CHECK(predict(2) == after);
}
