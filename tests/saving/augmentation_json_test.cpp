// Configurations of noise and augmentation, key by key as Keras 3.15 writes them.
#include "saving/json_fields.hpp"
#include "sumi/layers.hpp"
#include "support/catch.hpp"

using namespace sumi;
using saving::Json;

namespace {

/// Names of the keys in order, then values of all but name, trainable and dtype.
std::string config(const Layer& layer) {
  Json config = saving::to_config(layer);
  std::string keys;
  for (const auto& [key, value] : config.items()) keys += key + " ";
  for (const char* key : {"name", "trainable", "dtype"}) config.erase(key);
  return keys + config.dump();
}

}  // namespace

TEST_CASE("noise and augmentation are written in Keras's order") {
  CHECK(config(SpatialDropout2D{.rate = 0.3}) ==
        R"(rate seed name dtype data_format {"rate":0.3,"seed":null,"data_format":"channels_last"})");
  CHECK(saving::to_config(Layer(SpatialDropout2D{.rate = 0.3}))["dtype"] == "float32");
  CHECK(config(GaussianNoise{.stddev = 0.1}) == R"(name trainable dtype stddev seed {"stddev":0.1,"seed":null})");
  CHECK(config(GaussianDropout{.rate = 0.2}) == R"(name trainable dtype rate seed {"rate":0.2,"seed":null})");
  CHECK(config(AlphaDropout{.rate = 0.2, .noise_shape = {None, 1, 3}, .seed = 4}) ==
        R"(name trainable dtype rate seed noise_shape {"rate":0.2,"seed":4,"noise_shape":[null,1,3]})");
  CHECK(config(RandomTranslation{.height_factor = 0.1, .width_factor = {-0.2, 0.3}}) ==
        R"(name trainable dtype data_format height_factor width_factor fill_mode interpolation seed fill_value )"
        R"({"data_format":"channels_last","height_factor":0.1,"width_factor":[-0.2,0.3],"fill_mode":"reflect",)"
        R"("interpolation":"bilinear","seed":null,"fill_value":0.0})");
  CHECK(config(RandomRotation{.factor = 0.1}) ==
        R"(name trainable dtype data_format factor fill_mode fill_value interpolation seed )"
        R"({"data_format":"channels_last","factor":[-0.1,0.1],"fill_mode":"reflect","fill_value":0.0,)"
        R"("interpolation":"bilinear","seed":null})");
  CHECK(config(RandomZoom{.height_factor = {0.1, -0.3}}) ==
        R"(name trainable dtype data_format height_factor width_factor fill_mode interpolation seed fill_value )"
        R"({"data_format":"channels_last","height_factor":[0.1,-0.3],"width_factor":null,"fill_mode":"reflect",)"
        R"("interpolation":"bilinear","seed":null,"fill_value":0.0})");
  CHECK(config(RandomFlip{}) ==
        R"(name trainable dtype data_format seed mode {"data_format":"channels_last","seed":null,)"
        R"("mode":"horizontal_and_vertical"})");
  CHECK(config(RandomCrop{.height = 4, .width = 5, .seed = 3}) ==
        R"(name trainable dtype data_format height width seed {"data_format":"channels_last","height":4,"width":5,)"
        R"("seed":3})");
  CHECK(config(RandomErasing{.factor = 0.5, .scale = 0.2, .fill_value = {1, 2, 3}}) ==
        R"(name trainable dtype data_format factor scale fill_value value_range seed )"
        R"({"data_format":"channels_last","factor":[0.0,0.5],"scale":[0.0,0.2],"fill_value":[1.0,2.0,3.0],)"
        R"("value_range":[0.0,255.0],"seed":null})");
}
