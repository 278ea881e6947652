// The list of built-in layers. Required arguments stand here with values that only hold their place.
#include "core/registry.hpp"

#include "sumi/layers.hpp"

namespace sumi {
namespace {

Registry<Layer>& registry() {
  static Registry<Layer> all("layer", {{Input{.shape = {}}},
                                       {Conv1D{.filters = 1, .kernel_size = 1}},
                                       {Conv2D{.filters = 1, .kernel_size = 1}},
                                       {Conv2DTranspose{.filters = 1, .kernel_size = 1}},
                                       {DepthwiseConv2D{.kernel_size = 1}},
                                       {SeparableConv2D{.filters = 1, .kernel_size = 1}},
                                       {MaxPooling2D{}},
                                       {AveragePooling2D{.pool_size = 1}},
                                       {GlobalAveragePooling2D{}},
                                       {BatchNormalization{}},
                                       {LayerNormalization{}},
                                       {GroupNormalization{}},
                                       {Flatten{}},
                                       {Reshape{.target_shape = {}}},
                                       {Dense{.units = 1}},
                                       {Activation{.activation = "linear"}},
                                       {ReLU{}},
                                       {LeakyReLU{}},
                                       {ELU{}},
                                       {PReLU{}},
                                       {Softmax{}},
                                       {Dropout{.rate = 0.0}},
                                       {SpatialDropout2D{.rate = 0.0}},
                                       {GaussianNoise{.stddev = 0.0}},
                                       {GaussianDropout{.rate = 0.0}},
                                       {AlphaDropout{.rate = 0.0}},
                                       {RandomTranslation{.height_factor = 0.0, .width_factor = 0.0}},
                                       {RandomRotation{.factor = 0.0}},
                                       {RandomZoom{.height_factor = 0.0}},
                                       {RandomFlip{}},
                                       {RandomCrop{.height = 1, .width = 1}},
                                       {RandomErasing{}},
                                       {Rescaling{.scale = 1.0}}});
  return all;
}

}  // namespace

Layer Layer::from_identifier(std::string_view class_name) { return registry().find(class_name); }
bool Layer::is_built_in(std::string_view class_name) { return registry().is_built_in(class_name); }
void register_layer(Layer default_value) {
  std::string class_name(default_value.class_name());
  registry().add(std::move(class_name), std::move(default_value));
}

}  // namespace sumi
