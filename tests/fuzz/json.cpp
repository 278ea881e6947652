// Texts as models: what is read is written and read again.
#include "fuzz/fuzz.hpp"
#include "saving/json_text.hpp"
#include "saving/model_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sumi;
  return fuzz::may_refuse([&] {
    const saving::Json object = saving::parse_json({reinterpret_cast<const char*>(data), size});
    saving::ModelDescription model = saving::model_from_object(object);
    if (object.contains("compile_config")) model.compile = saving::compile_from_config(object["compile_config"]);
    saving::model_from_object(saving::parse_json(saving::dump_json(saving::to_object(model))));
  });
}
