// Text measured in columns, numbers as Python prints them, and what the environment says about the console.
#include "training/console.hpp"

#include <cstdlib>
#include <limits>
#include <map>
#include <optional>

#include "support/catch.hpp"

using namespace sumi::training;

namespace {

// Sets or removes (null) environment variables for one test.
class Environment {
 public:
  Environment(std::initializer_list<std::pair<const char*, const char*>> values) {
    for (const auto& [name, value] : values) {
      const char* before = std::getenv(name);
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>(before);
      set(name, value);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) set(name, value ? value->c_str() : nullptr);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  static void set(const std::string& name, const char* value) {
    value == nullptr ? unsetenv(name.c_str()) : setenv(name.c_str(), value, 1);
  }
  std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace

TEST_CASE("Width counts columns, not bytes") {
  CHECK(display_width("") == 0);
  CHECK(display_width("loss") == 4);
  CHECK(display_width("━━ …") == 4);
  CHECK(display_width("é") == 1);
  CHECK(display_width("墨とかな") == 8);
  CHECK(display_width("🙂") == 2);
  CHECK(display_width("\xff\xe5") == 2);  // not UTF-8: a column a byte, and no reading past the end
}

TEST_CASE("Clipping never cuts a character in two") {
  CHECK(clip("accuracy", 3) == "acc");
  CHECK(clip("accuracy", 8) == "accuracy");
  CHECK(clip("accuracy", 80) == "accuracy");
  CHECK(clip("accuracy", 0).empty());
  CHECK(clip("墨とかな", 5) == "墨と");
  CHECK(clip("a━b", 2) == "a━");
}

TEST_CASE("Padding fills up to a width and leaves longer text alone") {
  CHECK(pad_left("7", 3) == "  7");
  CHECK(pad_right("墨", 4) == "墨  ");
  CHECK(pad_left("1234", 3) == "1234");
  CHECK(repeat("━", -1).empty());
}

TEST_CASE("Numbers are printed as Python prints them") {
  CHECK(fixed(0.93485, 4) == "0.9348");  // the double lies below the half
  CHECK(fixed(2.5, 0) == "2");           // halves to the even digit
  CHECK(fixed(3.5, 0) == "4");
  CHECK(fixed(-0.5, 2) == "-0.50");
  CHECK(fixed(std::numeric_limits<double>::infinity(), 4) == "inf");
  CHECK(fixed(-std::numeric_limits<double>::quiet_NaN(), 4) == "nan");
  CHECK(fixed(std::numeric_limits<double>::max(), 4).size() == 314);
  CHECK(scientific(0.00012345678, 4) == "1.2346e-04");
  CHECK(scientific(0, 4) == "0.0000e+00");
  CHECK(scientific(-3e-120, 4) == "-3.0000e-120");
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1000) == "1,000");
  CHECK(with_commas(433034) == "433,034");
  CHECK(with_commas(1234567890) == "1,234,567,890");
  CHECK(with_commas(-123456) == "-123,456");
}

TEST_CASE("COLUMNS is believed where it is a number") {
  {
    const Environment environment{{"COLUMNS", "123"}};
    CHECK(console_columns() == 123);
  }
  const Environment without{{"COLUMNS", nullptr}};
  const int otherwise = console_columns();
  CHECK(otherwise > 0);
  for (const char* wrong : {"0", "-5", "wide", "12x", ""}) {
    const Environment environment{{"COLUMNS", wrong}};
    CHECK(console_columns() == otherwise);
  }
}

TEST_CASE("The first of LC_ALL, LC_CTYPE and LANG says whether text is UTF-8") {
  const auto utf8 = [](const char* all, const char* ctype, const char* lang) {
    const Environment environment{{"LC_ALL", all}, {"LC_CTYPE", ctype}, {"LANG", lang}};
    return console_is_utf8();
  };
  CHECK(utf8(nullptr, nullptr, nullptr));
  CHECK(utf8("C", nullptr, "de_DE.ISO-8859-1"));
  CHECK(utf8(nullptr, nullptr, "en_US.UTF-8"));
  CHECK(utf8("", "", "ja_JP.utf8"));
  CHECK_FALSE(utf8(nullptr, nullptr, "de_DE.ISO-8859-1"));
  CHECK_FALSE(utf8(nullptr, "de_DE@euro", "en_US.UTF-8"));
}

TEST_CASE("A dumb terminal can't redraw") {
  const Environment environment{{"TERM", "dumb"}};
  CHECK_FALSE(is_terminal());
}
