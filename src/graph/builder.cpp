#include "graph/builder.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sumi/error.hpp"

namespace sumi::graph {

Builder::Builder(std::vector<WeightDeclaration>& declared, bool may_declare, bool training, std::uint64_t seed)
    : declared_(declared), may_declare_(may_declare), training_(training), seed_(seed) {}

ValueId Builder::feed(Shape shape, Role role, std::string name) {
  return graph.add_value(std::move(shape), role, std::move(name));
}

ValueId Builder::add_layer(const Layer& layer, std::size_t index, ValueId input) {
  layer_ = index;
  layer_name_ = layer->name();
  layer_trainable_ = layer->trainable();
  input_ = input;
  output_ = none;
  Lowering ops(*this);
  layer->lower_into(ops);
  if (output_ == none) {
    throw ArgumentError("Layer '" + layer_name_ + "' of class " + std::string(layer.class_name()) +
                        " did not call Lowering::output in its `lower`.");
  }
  Shape expected = layer->infer_shape(graph.shape(input));
  if (graph.shape(output_) != expected) {
    throw ShapeError("Layer '" + layer_name_ + "' says that its output has the shape " + to_string(expected) +
                     ", but its ops give " + to_string(graph.shape(output_)) + ".");
  }
  return output_;
}

Builder::TotalLoss Builder::add_loss(const Loss& loss, ValueId y_true, ValueId y_pred,
                                     const std::vector<bool>& trainable) {
  layer_name_ = "loss";
  Lowering ops(*this);
  const ValueId values = loss->lower_values(ops, Value{y_true}, Value{y_pred}).id;
  const auto mask = masks_.find(values);
  Shape per_sample(graph.shape(values).size(), 1);
  per_sample.at(0) = graph.shape(values)[0];
  const ValueId sample_weight = feed(std::move(per_sample), Role::sample_weight, "sample_weight");
  const std::string name = loss->reduction();
  const Reduction reduction = name == "sum"                       ? Reduction::sum
                              : name == "mean_with_sample_weight" ? Reduction::mean_with_sample_weight
                                                                  : Reduction::sum_over_batch_size;
  std::vector<ValueId> terms = {
      emit_one(ReduceLoss{reduction}, {values, sample_weight, mask == masks_.end() ? none : mask->second})};
  terms.insert(terms.end(), penalties_.begin(), penalties_.end());
  for (std::size_t i = 0; i < declared_.size(); ++i) {
    const WeightArguments& arguments = declared_[i].arguments;
    if (trainable[i] && arguments.regularizer) {
      terms.push_back(emit_one(Penalty{arguments.regularizer, 1.0}, {weight_value(i)}));
    }
  }
  return {terms.size() == 1 ? terms.front() : emit_one(Add{}, terms), sample_weight};
}

std::vector<ValueId> Builder::emit(Attributes attributes, std::vector<ValueId> inputs) {
  std::vector<Shape> shapes;
  for (const ValueId id : inputs) shapes.push_back(id == none ? Shape{} : graph.shape(id));
  std::vector<ValueId> outputs;
  for (Shape& shape : output_shapes(attributes, shapes)) {
    outputs.push_back(graph.add_value(std::move(shape), Role::temporary, layer_name_ + "." + name_of(attributes)));
  }
  graph.ops.push_back({std::move(attributes), std::move(inputs), outputs, layer_name_});
  return outputs;
}

ValueId Builder::emit_as(Shape shape, Attributes attributes, std::vector<ValueId> inputs) {
  const ValueId output = graph.add_value(std::move(shape), Role::temporary, layer_name_ + "." + name_of(attributes));
  graph.ops.push_back({std::move(attributes), std::move(inputs), {output}, layer_name_});
  return output;
}

ValueId Builder::weight_value(std::size_t declaration) {
  const auto [found, fresh] = weight_values_.try_emplace(declaration, none);
  if (fresh) {
    const WeightDeclaration& weight = declared_[declaration];
    found->second = graph.add_value(weight.shape, Role::parameter, weight.layer_name + "/" + weight.name);
    graph.values[static_cast<std::size_t>(found->second)].parameter = static_cast<int>(declaration);
  }
  return found->second;
}

}  // namespace sumi::graph
