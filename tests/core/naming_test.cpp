// Keras's automatic names (golden cases naming-315 to 317, contract section 0).
#include "core/naming.hpp"

#include "sumi/session.hpp"
#include "support/catch.hpp"

using namespace sumi;

TEST_CASE("to_snake_case follows Keras's two rules") {
  CHECK(to_snake_case("myVariableNameHere") == "my_variable_name_here");
  CHECK(to_snake_case("convertTHIS") == "convert_this");
  CHECK(to_snake_case("Conv2D") == "conv2d");
  CHECK(to_snake_case("MaxPooling2D") == "max_pooling2d");
  CHECK(to_snake_case("GlobalAveragePooling2D") == "global_average_pooling2d");
  CHECK(to_snake_case("BatchNormalization") == "batch_normalization");
  CHECK(to_snake_case("ReLU") == "re_lu");
  CHECK(to_snake_case("PReLU") == "p_re_lu");
  CHECK(to_snake_case("ELU") == "elu");
  CHECK(to_snake_case("InputLayer") == "input_layer");
  CHECK(to_snake_case("RMSprop") == "rm_sprop");
  CHECK(to_snake_case("AdamW") == "adam_w");
  CHECK(to_snake_case("SGD") == "sgd");
  CHECK(to_snake_case("with-dash") == "withdash");
}

TEST_CASE("auto_name counts each name, until clear_session") {
  clear_session();
  CHECK(auto_name("unique_name") == "unique_name");
  CHECK(auto_name("unique_name") == "unique_name_1");
  CHECK(auto_name("Conv2D") == "conv2d");
  CHECK(auto_name("unique_name") == "unique_name_2");
  clear_session();
  CHECK(auto_name("unique_name") == "unique_name");
}
