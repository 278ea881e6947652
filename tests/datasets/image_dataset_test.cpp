// Images out of files, one by one and as a Dataset of a folder.
#include "sumi/image_dataset.hpp"

#include <png.h>

#include <algorithm>
#include <set>

#include "datasets/files.hpp"
#include "datasets/resize_image.hpp"
#include "sumi/random.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using namespace sumi::test;

namespace {

/// A grey image of one value, as PGM.
std::string pgm(int height, int width, int value) {
  return "P5\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n" +
         std::string(static_cast<std::size_t>(height * width), static_cast<char>(value));
}

fs::path write_png(const fs::path& file, int height, int width, std::uint32_t format, const std::string& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<std::uint32_t>(height);
  image.width = static_cast<std::uint32_t>(width);
  image.format = format;
  REQUIRE(png_image_write_to_file(&image, file.c_str(), 0, pixels.data(), 0, nullptr) != 0);
  return file;
}

std::string text(const Image& image) { return {image.pixels.begin(), image.pixels.end()}; }

/// Three classes: 3, 2 and 1 images of 2x2, each of one grey, and what is no image.
void write_classes(const fs::path& folder) {
  const auto add = [&](const std::string& name, int value) {
    fs::create_directories((folder / name).parent_path());
    write(folder / name, pgm(2, 2, value));
  };
  add("b/1.pgm", 11);
  add("b/0.pgm", 10);
  add("b/deep/2.pgm", 12);
  add("a/0.pgm", 0);
  add("a/1.PGM", 1);
  add("c/0.pgm", 20);
  add(".hidden/0.pgm", 99);
  write(folder / "a" / "notes.txt", "no image");
  write(folder / "beside.pgm", pgm(2, 2, 99));
}

const ImageDirectoryOptions in_order{
    .color_mode = "grayscale", .batch_size = 4, .image_size = 2, .shuffle = false, .verbose = false};

/// The first pixel of each sample of a pass, and its label.
std::vector<std::pair<float, int>> pass_of(const Dataset& dataset, std::int64_t pass = 0) {
  std::vector<std::pair<float, int>> all;
  const Dataset::Next next = dataset.begin(pass);
  while (const auto batch = next()) {
    const std::int64_t size = element_count(batch->x.shape()) / batch->x.samples();
    for (std::int64_t i = 0; i < batch->x.samples(); ++i) {
      all.emplace_back(static_cast<const float*>(batch->x.data())[i * size],
                       static_cast<const std::int32_t*>(batch->y.data())[i]);
    }
  }
  return all;
}

using Pass = std::vector<std::pair<float, int>>;
const Pass all_in_order = {{0, 0}, {1, 0}, {10, 1}, {11, 1}, {12, 1}, {20, 2}};

Pass sorted(Pass pass) {
  std::sort(pass.begin(), pass.end());
  return pass;
}

std::vector<float> resized(const Image& image, Size2 size, bool nearest = false) {
  std::vector<float> out(static_cast<std::size_t>(size.height * size.width * image.shape[2]));
  datasets::resize(image, size, nearest, out.data());
  return out;
}

}  // namespace

TEST_CASE("images are read with the colours that are asked for") {
  const TempFolder folder;
  const fs::path grey = write_png(folder / "grey.png", 1, 2, PNG_FORMAT_GRAY, "\x10\xf0");
  const fs::path colour = write_png(folder / "colour.png", 2, 1, PNG_FORMAT_RGB, "\xff\x01\x02\x03\xfe\x05");
  CHECK(image_shape(grey) == Shape{1, 2, 1});
  CHECK(image_shape(colour) == Shape{2, 1, 3});
  CHECK(text(read_image(grey, "grayscale")) == "\x10\xf0");
  CHECK(text(read_image(grey)) == "\x10\x10\x10\xf0\xf0\xf0");
  CHECK(text(read_image(grey, "rgba")) == "\x10\x10\x10\xff\xf0\xf0\xf0\xff");
  CHECK(text(read_image(colour)) == "\xff\x01\x02\x03\xfe\x05");
  CHECK(read_image(colour).shape == Shape{2, 1, 3});
  CHECK(text(read_image(colour, "rgba")) == "\xff\x01\x02\xff\x03\xfe\x05\xff");
  // 0.299 * 255 + 0.587 + 0.114 * 2 = 77.06 and 0.299 * 3 + 0.587 * 254 + 0.114 * 5 = 150.57.
  CHECK(text(read_image(colour, "grayscale")) == "\x4d\x97");

  const fs::path half =
      write_png(folder / "half.png", 1, 2, PNG_FORMAT_RGBA, std::string("\x64\x65\x66\xff\xff\xff\xff\0", 8));
  CHECK(image_shape(half) == Shape{1, 2, 4});
  CHECK(text(read_image(half)) == std::string("\x64\x65\x66\0\0\0", 6));
  CHECK(text(read_image(half, "rgba")).substr(0, 4) == "\x64\x65\x66\xff");

  const fs::path ppm = write(folder / "a.ppm", "P6 # a comment\n1 #another\n1\n15\n\x0f\x03\x01");
  CHECK(image_shape(ppm) == Shape{1, 1, 3});
  CHECK(text(read_image(ppm)) == "\xff\x33\x11");
  // The content decides, not the name.
  CHECK(text(read_image(write(folder / "b.png", pgm(1, 1, 7)), "grayscale")) == "\x07");
}

TEST_CASE("what is no image, or a broken one, is refused") {
  const TempFolder folder;
  const fs::path file = folder / "a.png";
  const auto refused = [&](const std::string& content, const std::string& why) {
    write(file, content);
    CHECK(error_text<FileError>([&] { read_image(file); }) == in_quotes(file) + " can't be read: " + why + ".");
  };
  refused("", "there is no such file, or it is empty");
  refused("nothing", "it is no PNG, and no binary PGM or PPM");
  refused("\xff\xd8\xff\xe0", "expected a PNG, or a binary PGM or PPM, received a JPEG");
  refused("GIF89a", "expected a PNG, or a binary PGM or PPM, received a GIF");
  refused("P2 1 1 255 7", "expected a PNG, or a binary PGM or PPM, received a PGM in text");
  refused("P5", "its header has no size");
  refused("P5 2", "its header has no size");
  refused("P5 2 x 255\n1234", "its header has no size");
  refused("P5 2 -2 255\n1234", "its header has no size");
  refused("P5 0 2 255\n1234", "its header has no size");
  refused("P5 2 2 65535\n12345678", "expected a binary PGM of one byte a value");
  refused("P6 2 2 0\n12345678", "expected a binary PPM of one byte a value");
  refused("P5 2 2 255\n123", "it ends before its last pixel");
  refused("P5 9999999 9999999 255\n123", "it ends before its last pixel");
  refused("P5 1 1 100\n\xff", "a pixel is larger than its header says");
  write_png(file, 8, 8, PNG_FORMAT_GRAY, noise(64));
  const std::string whole = read(file);
  write(file, whole.substr(0, whole.size() - 20));
  CHECK_THROWS_AS(read_image(file), FileError);
  // 8000 x 8000 greys in some kilobytes.
  write_png(file, 8000, 8000, PNG_FORMAT_GRAY, std::string(64'000'000, '\0'));
  CHECK_THAT(error_text<FileError>([&] { read_image(file); }),
             ContainsSubstring("its pixels, of shape (8000, 8000, 1), come from "));
  CHECK(image_shape(file) == Shape{8000, 8000, 1});
  CHECK(error_text<ArgumentError>([&] { read_image(file, "gray"); }) ==
        "Expected `color_mode` to be 'grayscale', 'rgb' or 'rgba'. Received color_mode='gray'.");
}

TEST_CASE("images are resized as by tf.image.resize") {
  const Image image{{0, 10, 20, 30}, {2, 2, 1}};
  CHECK(resized(image, 2) == std::vector<float>{0, 10, 20, 30});
  // The places of four pixels on two are -0.25, 0.25, 0.75 and 1.25.
  CHECK(resized(image, {2, 4}) == std::vector<float>{0, 2.5F, 7.5F, 10, 20, 22.5F, 27.5F, 30});
  CHECK(resized(image, {4, 2}) == std::vector<float>{0, 10, 5, 15, 15, 25, 20, 30});
  CHECK(resized(image, 1) == std::vector<float>{15});
  CHECK(resized(image, {1, 3}, true) == std::vector<float>{20, 30, 30});
  const Image colours{{0, 100, 10, 200}, {1, 2, 2}};
  CHECK(resized(colours, {1, 4}) == std::vector<float>{0, 100, 2.5F, 125, 7.5F, 175, 10, 200});
  // Not smoothed: of six pixels, two are made from one or two neighbours each.
  const Image row{{0, 60, 0, 0, 60, 0}, {1, 6, 1}};
  CHECK(resized(row, {1, 2}) == std::vector<float>{60, 60});
}

TEST_CASE("a folder of one sub-folder a class is a Dataset") {
  const TempFolder folder;
  write_classes(folder.path());
  const ImageDataset data = image_dataset_from_directory(folder.path(), in_order);
  CHECK(data.class_names == std::vector<std::string>{"a", "b", "c"});
  CHECK(data.size() == 2);
  REQUIRE(data.file_paths.size() == 6);
  CHECK(data.file_paths[4] == folder / "b/deep/2.pgm");
  CHECK(pass_of(data) == all_in_order);
  const auto batch = data.begin()();
  CHECK(batch->x.shape() == Shape{4, 2, 2, 1});
  CHECK(batch->x.dtype() == DType::float32);
  CHECK(batch->y.shape() == Shape{4});
  CHECK(batch->y.dtype() == DType::int32);

  ImageDirectoryOptions options = in_order;
  options.class_names = {"c", "a"};
  CHECK(pass_of(image_dataset_from_directory(folder.path(), options)) == Pass{{20, 0}, {0, 1}, {1, 1}});
  options = in_order;
  options.batch_size = std::nullopt;
  options.color_mode = "rgb";
  options.image_size = {3, 5};
  const ImageDataset single = image_dataset_from_directory(folder.path(), options);
  CHECK(single.size() == 6);
  CHECK(single.begin()()->x.shape() == Shape{1, 3, 5, 3});
  CHECK(pass_of(single) == all_in_order);
}

TEST_CASE("labels of a folder of images have the form that is asked for") {
  const TempFolder folder;
  write_classes(folder.path());
  ImageDirectoryOptions options = in_order;
  options.batch_size = 6;
  const auto labels = [&] {
    const auto batch = image_dataset_from_directory(folder.path(), options).begin()();
    CHECK(batch->y.dtype() == DType::float32);
    const auto* values = static_cast<const float*>(batch->y.data());
    return std::pair(batch->y.shape(), std::vector<float>(values, values + element_count(batch->y.shape())));
  };
  options.label_mode = "categorical";
  CHECK(labels() == std::pair(Shape{6, 3}, std::vector<float>{1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1}));
  options.label_mode = "binary";
  options.class_names = {"a", "c"};
  CHECK(labels() == std::pair(Shape{3, 1}, std::vector<float>{0, 0, 1}));
  options.label_mode = std::nullopt;
  CHECK(image_dataset_from_directory(folder.path(), options).begin()()->y.empty());
}

TEST_CASE("a folder of images is shuffled as the seed says, in another order at each pass") {
  const TempFolder folder;
  write_classes(folder.path());
  ImageDirectoryOptions options = in_order;
  options.shuffle = true;
  options.seed = 3;
  const ImageDataset data = image_dataset_from_directory(folder.path(), options);
  CHECK(pass_of(data) != all_in_order);
  CHECK(pass_of(data) != pass_of(data, 1));
  CHECK(sorted(pass_of(data)) == all_in_order);
  CHECK(sorted(pass_of(data, 1)) == all_in_order);
  CHECK(pass_of(data) == pass_of(image_dataset_from_directory(folder.path(), options)));
  CHECK(data.file_paths == image_dataset_from_directory(folder.path(), options).file_paths);
  options.seed = std::nullopt;
  set_random_seed(5);
  const Pass first = pass_of(image_dataset_from_directory(folder.path(), options));
  set_random_seed(5);
  CHECK(pass_of(image_dataset_from_directory(folder.path(), options)) == first);
}

TEST_CASE("a part of a folder of images is kept to validate on") {
  const TempFolder folder;
  write_classes(folder.path());
  ImageDirectoryOptions options = in_order;
  options.validation_split = 0.4;  // 2.4 of 6
  const auto subset = [&](const char* name) {
    options.subset = name;
    return pass_of(image_dataset_from_directory(folder.path(), options));
  };
  CHECK(subset("training") == Pass{{0, 0}, {1, 0}, {10, 1}, {11, 1}});
  CHECK(subset("validation") == Pass{{12, 1}, {20, 2}});
  options.shuffle = true;
  options.seed = 1;
  Pass both = subset("training");
  CHECK(both.size() == 4);
  for (const auto& sample : subset("validation")) both.push_back(sample);
  CHECK(sorted(both) == all_in_order);
  options.validation_split = 0.1;
  CHECK(subset("training").size() == 6);
  CHECK(error_text<ArgumentError>([&] { subset("validation"); }) ==
        "image_dataset_from_directory: `validation_split`=0.1 leaves no image for the validation subset.");
}

TEST_CASE("a folder of images outlives its Dataset's copies, and links are followed where that is asked for") {
  const TempFolder folder, other;
  write_classes(folder.path());
  write(other / "linked.pgm", pgm(2, 2, 30));
  fs::create_directory_symlink(other.path(), folder / "c" / "link");
  ImageDirectoryOptions options = in_order;
  CHECK(pass_of(image_dataset_from_directory(folder.path(), options)).size() == 6);
  options.follow_links = true;
  const Dataset data = image_dataset_from_directory(folder.path(), options);
  const std::optional<Batch> batch = Dataset(data).begin()();
  CHECK(pass_of(data).back() == std::pair(30.0F, 2));
  CHECK(static_cast<const float*>(batch->x.data())[4] == 1);
}

TEST_CASE("wrong arguments for a folder of images") {
  const TempFolder folder;
  write_classes(folder.path());
  const auto refusal = [&](auto change) {
    ImageDirectoryOptions options = in_order;
    change(options);
    return error_text([&] { image_dataset_from_directory(folder.path(), options); });
  };
  const std::string by = "image_dataset_from_directory: expected ";
  CHECK(refusal([](auto& o) { o.label_mode = "ints"; }) ==
        by + "`label_mode` to be one of int, categorical, binary. Received label_mode='ints'. Did you mean 'int'?");
  CHECK(refusal([](auto& o) { o.color_mode = "grey"; }) ==
        by + "`color_mode` to be one of grayscale, rgb, rgba. Received color_mode='grey'.");
  CHECK(refusal([](auto& o) { o.interpolation = "area"; }) ==
        by + "`interpolation` to be one of bilinear, nearest. Received interpolation='area'.");
  CHECK(refusal([](auto& o) {
          o.image_size = {0, 3};
        }) == by + "`image_size` to be at least 1. Received image_size=(0, 3).");
  CHECK(refusal([](auto& o) { o.validation_split = 1.0; }) ==
        "`validation_split` must be between 0 and 1, received: 1.0");
  CHECK(refusal([](auto& o) { o.validation_split = 0.5; }) ==
        "If `subset` is set, `validation_split` must be set, and inversely.");
  CHECK(refusal([](auto& o) { o.subset = "training"; }) ==
        "If `subset` is set, `validation_split` must be set, and inversely.");
  CHECK(refusal([](auto& o) { o.subset = "test"; }) ==
        by + "`subset` to be one of training, validation. Received subset='test'.");
  CHECK_THAT(refusal([](auto& o) {
               o.shuffle = true;
               o.validation_split = 0.5;
               o.subset = "training";
             }),
             ContainsSubstring("you must provide a `seed` argument"));
  CHECK(refusal([](auto& o) { o.label_mode = "binary"; }) ==
        "When passing `label_mode=\"binary\"`, there must be exactly 2 class_names. Received: a, b, c");
  CHECK_THAT(refusal([](auto& o) {
               o.class_names = {"a", "d"};
             }),
             ContainsSubstring("Expected: a, b, c (or a subset of it), but received: a, d"));
  CHECK(refusal([](auto& o) { o.batch_size = 0; }) == "Expected `batch_size` to be at least 1. Received batch_size=0.");
}

TEST_CASE("folders that hold no images, or others") {
  const TempFolder folder;
  const auto refusal = [&](const fs::path& path) {
    return error_text<FileError>([&] { image_dataset_from_directory(path, in_order); });
  };
  const std::string by = "image_dataset_from_directory: expected ";
  CHECK(refusal(folder / "nowhere") ==
        by + "a folder. Received " + in_quotes(folder / "nowhere") + ": no such folder.");
  CHECK(refusal(write(folder / "file", "")) ==
        by + "a folder. Received " + in_quotes(folder / "file") + ": not a folder.");
  const std::string none =
      "No images found in directory " + in_quotes(folder.path()) +
      ". Expected .png, .pgm or .ppm files in a sub-folder for each class. Received the sub-folders: ";
  CHECK(refusal(folder.path()) == none + "none.");
  fs::create_directories(folder / "a");
  CHECK(refusal(folder.path()) == none + "a.");
  write(folder / "a/0.JPG", "\xff\xd8\xff");
  CHECK(refusal(folder.path()) ==
        by + "PNG, PGM or PPM images. Received " + in_quotes(folder / "a/0.JPG") + ". Make it one of these.");
  fs::remove(folder / "a/0.JPG");
  write(folder / "a/0.png", "broken");
  const ImageDataset data = image_dataset_from_directory(folder.path(), in_order);
  CHECK_THAT(error_text<FileError>([&] { data.begin()(); }), ContainsSubstring("a/0.png' can't be read: it is no PNG"));
}
