// Reorders between all layouts, bit by bit.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

using graph::Layout;

TEST_CASE("an image keeps its values in every layout", "[cpu][reorder]") {
  for (const Shape& shape : {Shape{1, 1, 1, 16}, Shape{2, 3, 5, 32}, Shape{7, 13, 11, 48}}) {
    const Operand image = random_operand(shape, 1);
    for (const Layout from : {Layout::plain, Layout::blocked8, Layout::blocked16}) {
      for (const Layout to : {Layout::plain, Layout::blocked8, Layout::blocked16}) {
        Operand x = image;
        x.layout = from;
        CHECK(run_fast(graph::Reorder{}, {x}, {output_operand(shape, to)})[0] == image.values);
      }
    }
  }
  const Operand vector = random_operand({37}, 2);
  CHECK(run_fast(graph::Reorder{}, {vector}, {output_operand({37})})[0] == vector.values);
}

}  // namespace
}  // namespace sumi::testing
