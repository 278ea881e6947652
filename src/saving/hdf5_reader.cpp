#include "saving/hdf5_reader.hpp"

#include <algorithm>
#include <cstring>

#include "core/text.hpp"
#include "saving/hdf5_messages.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {

using namespace hdf5;

namespace {

constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
constexpr std::uint64_t no_address = UINT64_MAX;

std::uint64_t padded(std::uint64_t size) { return (size + 7) / 8 * 8; }

std::string_view name_at(std::span<const std::byte> names, std::uint64_t offset) {
  ByteCursor cursor(names, offset);
  const std::string_view rest = cursor.text(cursor.left());
  const auto end = rest.find('\0');
  if (end == std::string_view::npos) throw Damaged("a name in it has no end");
  return rest.substr(0, end);
}

/// The memory of a group's names.
std::span<const std::byte> names_from(std::span<const std::byte> image, std::uint64_t heap) {
  ByteCursor cursor(image, heap);
  cursor.expect("HEAP");
  cursor.skip(4);
  const auto size = cursor.get<std::uint64_t>();
  cursor.skip(8);
  return ByteCursor(image, cursor.get<std::uint64_t>(), size).rest();
}

}  // namespace

template <class Action>
auto Hdf5Reader::at(const std::string& path, Action action) const {
  try {
    return action();
  } catch (const Damaged& damaged) {
    fail(path, damaged.what());
  }
}

void Hdf5Reader::fail(const std::string& path, const std::string& why) const {
  throw FileError("'" + origin_ + "' can't be read: " + (path.empty() ? "" : repr(path) + " in it: ") + why + ".");
}

Hdf5Reader::Hdf5Reader(std::span<const std::byte> image, std::string origin)
    : image_(image), origin_(std::move(origin)) {
  try {
    ByteCursor cursor(image_);
    cursor.expect(signature);
    const auto version = cursor.get<std::uint8_t>();
    if (version > 3) throw Damaged("unknown version");
    const bool old = version < 2;
    if (old) cursor.skip(4);
    const auto offsets = cursor.get<std::uint8_t>(), lengths = cursor.get<std::uint8_t>();
    if (offsets != 8 || lengths != 8) throw Damaged("addresses of another size");
    cursor.skip(old ? (version == 0 ? 9 : 13) : 1);
    if (cursor.get<std::uint64_t>() != 0) throw Damaged("another base");
    cursor.skip(old ? 32 : 16);
    root_ = cursor.get<std::uint64_t>();
    messages(root_);
  } catch (const Damaged& damaged) {
    fail("", std::string("it is no HDF5 file, or a damaged one (") + damaged.what() + ")");
  }
}

std::vector<Hdf5Reader::Message> Hdf5Reader::messages(std::uint64_t header) const {
  std::vector<Message> all;
  std::vector<std::span<const std::byte>> blocks;
  ByteCursor start(image_, header);
  const bool is_new = start.left() >= 4 && std::memcmp(start.rest().data(), "OHDR", 4) == 0;
  unsigned flags = 0;
  if (is_new) {
    start.skip(4);
    if (start.get<std::uint8_t>() != 2) throw Damaged("its header is of an unknown version");
    flags = start.get<std::uint8_t>();
    if ((flags & 32) != 0) start.skip(16);
    if ((flags & 16) != 0) start.skip(4);
    blocks.push_back(start.take(start.get_sized(1U << (flags & 3))));
  } else {
    if (start.get<std::uint8_t>() != 1) throw Damaged("its header is of an unknown version");
    start.skip(7);
    const auto size = start.get<std::uint32_t>();
    start.skip(4);
    blocks.push_back(start.take(size));
  }
  constexpr std::size_t most_blocks = 256;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::size_t head = is_new ? ((flags & 4) != 0 ? 6 : 4) : 8;
    ByteCursor cursor(blocks[i]);
    while (cursor.left() >= head) {
      ByteCursor begin(cursor.take(head));
      const unsigned type = is_new ? begin.get<std::uint8_t>() : begin.get<std::uint16_t>();
      const auto size = begin.get<std::uint16_t>();
      const bool shared = (begin.get<std::uint8_t>() & 2) != 0;
      if (all.size() == UINT16_MAX) throw Damaged("its header has too many messages");
      all.push_back({type, shared, cursor.take(size)});
      if (type != message::continuation) continue;
      if (blocks.size() == most_blocks) throw Damaged("its header is in too many pieces");
      ByteCursor where(all.back().body);
      const auto address = where.get<std::uint64_t>();
      ByteCursor block(image_, address, where.get<std::uint64_t>());
      if (is_new) block.expect("OCHK");
      blocks.push_back(is_new && block.left() >= 4 ? block.take(block.left() - 4) : block.rest());
    }
  }
  return all;
}

void Hdf5Reader::add_tree(Links& found, std::uint64_t node, std::span<const std::byte> names,
                          std::size_t& budget) const {
  // Every node takes room in the file: more visits than fit into it go in circles.
  constexpr std::size_t smallest_node = 8;
  if (budget < smallest_node) throw Damaged("its table of names goes in circles");
  budget -= smallest_node;
  ByteCursor cursor(image_, node);
  if (cursor.left() >= 4 && std::memcmp(cursor.rest().data(), "SNOD", 4) == 0) {
    cursor.skip(6);
    for (auto count = cursor.get<std::uint16_t>(); count > 0; --count) {
      if (budget < smallest_node) throw Damaged("its table of names goes in circles");
      budget -= smallest_node;
      const auto name = cursor.get<std::uint64_t>(), address = cursor.get<std::uint64_t>();
      const auto kind = cursor.get<std::uint32_t>();
      cursor.skip(20);
      constexpr unsigned soft = 2;
      found[name_at(names, name)] = {address, kind != soft};
    }
    return;
  }
  cursor.expect("TREE");
  if (cursor.get<std::uint8_t>() != 0) throw Damaged("its table of names is something else");
  const auto level = cursor.get<std::uint8_t>();
  if (level > 16) throw Damaged("its table of names is too deep");
  auto count = cursor.get<std::uint16_t>();
  cursor.skip(16);
  for (; count > 0; --count) {
    cursor.skip(8);
    const auto child = cursor.get<std::uint64_t>();
    ByteCursor peek(image_, child);
    // Levels fall towards the leaves.
    if (peek.text(std::min<std::size_t>(4, peek.left())) == "TREE") {
      peek.skip(1);
      if (peek.get<std::uint8_t>() >= level) throw Damaged("its table of names goes in circles");
    }
    add_tree(found, child, names, budget);
  }
}

const Hdf5Reader::Links* Hdf5Reader::links(std::uint64_t header) const {
  const auto known = groups_.find(header);
  if (known != groups_.end()) return known->second ? &*known->second : nullptr;
  // Many groups may share one table: they are not all kept.
  constexpr std::size_t entry_size = 40;
  if (kept_links_ > image_.size() / entry_size) {
    groups_.clear();
    kept_links_ = 0;
  }
  std::optional<Links> found;
  for (const Message& one : messages(header)) {
    ByteCursor cursor(one.body);
    if (one.type == message::symbol_table) {
      if (!found) found.emplace();
      const auto tree = cursor.get<std::uint64_t>();
      std::size_t budget = image_.size();
      add_tree(*found, tree, names_from(image_, cursor.get<std::uint64_t>()), budget);
    } else if (one.type == message::link_info) {
      if (!found) found.emplace();
      cursor.skip(1);
      if ((cursor.get<std::uint8_t>() & 1) != 0) cursor.skip(8);
      if (cursor.get<std::uint64_t>() != no_address)
        throw Damaged("its links are stored in a form that sumi doesn't read");
    } else if (one.type == message::link) {
      if (!found) found.emplace();
      const auto [name, address] = link_from(one.body);
      (*found)[name] = {address.value_or(0), address.has_value()};
    }
  }
  const auto& kept = groups_[header] = std::move(found);
  kept_links_ += kept ? kept->size() : 0;
  return kept ? &*kept : nullptr;
}

std::optional<std::uint64_t> Hdf5Reader::find(const std::string& path) const {
  std::uint64_t address = root_;
  for (std::size_t begin = path.find_first_not_of('/'); begin != std::string::npos;) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string so_far = path.substr(0, end);
    const Links* group = at(so_far, [&] { return links(address); });
    if (group == nullptr) return std::nullopt;
    const auto found = group->find(std::string_view(path).substr(begin, end - begin));
    if (found == group->end()) return std::nullopt;
    if (!found->second.hard) fail(so_far, "it is a soft or external link, which sumi doesn't follow");
    address = found->second.address;
    begin = path.find_first_not_of('/', end);
  }
  return address;
}

std::uint64_t Hdf5Reader::require(const std::string& path) const {
  const auto address = find(path);
  if (!address) fail(path, "it is missing");
  return *address;
}

std::vector<std::string_view> Hdf5Reader::names(const std::string& group) const {
  const std::uint64_t address = require(group);
  const Links* all = at(group, [&] { return links(address); });
  if (all == nullptr) fail(group, "expected a group");
  std::vector<std::string_view> names;
  names.reserve(all->size());
  for (const auto& [name, link] : *all) names.push_back(name);
  return names;
}

bool Hdf5Reader::is_group(const std::string& path) const {
  const auto address = find(path);
  return address && at(path, [&] { return links(*address); }) != nullptr;
}

Hdf5Array Hdf5Reader::array(const std::string& path) const {
  const std::uint64_t address = require(path);
  return at(path, [&] {
    Hdf5Array array{path};
    std::optional<Type> type;
    std::optional<Shape> shape;
    std::optional<std::span<const std::byte>> where;
    for (const Message& one : messages(address)) {
      if (one.shared && (one.type == message::datatype || one.type == message::dataspace)) {
        throw Damaged("its type is stored in a form that sumi doesn't read");
      }
      if (one.type == message::datatype) type = type_from(one.body);
      if (one.type == message::dataspace) shape = shape_from(one.body);
      if (one.type == message::layout) where = one.body;
      if (one.type == message::external_files) throw Damaged("its data are in another file, which sumi doesn't follow");
    }
    if (!type || !where) throw Damaged("expected an array");
    if (type->kind == Type::integer && (type->size == 4 || type->size == 8) && type->little_endian()) {
      array.type = ElementType::integer;
    } else if (type->kind != Type::floating || type->size != 4 || (type->flags & 0x41) != 0) {
      throw Damaged(
          "expected an array of float32, or an integer of 32 or 64 bits; received elements of another type, of " +
          std::to_string(type->size) + " bytes");
    }
    if (!shape) throw Damaged("the array has no shape");
    array.shape = *shape;
    array.data = data_from(*where, image_, bytes_of_shape(array.shape, type->size, image_.size()));
    return array;
  });
}

void Hdf5Reader::read(const Hdf5Array& array, std::span<float> values) const {
  if (array.type != ElementType::float32) fail(array.path, "expected float32, received integers");
  if (array.data.size() != values.size_bytes()) {
    fail(array.path, "expected " + std::to_string(values.size()) + " numbers, received " + to_string(array.shape));
  }
  if (!values.empty()) std::memcpy(values.data(), array.data.data(), array.data.size());
}

std::int64_t Hdf5Reader::read_integer(const Hdf5Array& array) const {
  const std::size_t size = array.data.size();
  if (array.type != ElementType::integer || (size != 4 && size != 8) || element_count(array.shape) != 1) {
    fail(array.path, "expected one integer, received " +
                         std::string(array.type == ElementType::integer ? "integers" : "float32") + " of shape " +
                         to_string(array.shape));
  }
  std::int32_t narrow = 0;
  std::int64_t wide = 0;
  if (size == sizeof wide) {
    std::memcpy(&wide, array.data.data(), size);
    return wide;
  }
  std::memcpy(&narrow, array.data.data(), size);
  return narrow;
}

std::string Hdf5Reader::heap_text(std::span<const std::byte> reference) const {
  ByteCursor cursor(reference);
  const auto length = cursor.get<std::uint32_t>();
  const auto address = cursor.get<std::uint64_t>();
  const auto index = cursor.get<std::uint32_t>();
  if (length == 0) return "";
  ByteCursor head(image_, address);
  head.expect("GCOL");
  head.skip(4);
  const auto size = head.get<std::uint64_t>();
  constexpr std::uint64_t head_size = 16;
  if (size < head_size) throw Damaged("a text in it is damaged");
  ByteCursor objects(image_, address + head_size, size - head_size);
  while (objects.left() >= head_size) {
    const auto number = objects.get<std::uint16_t>();
    objects.skip(6);
    const auto bytes = objects.get<std::uint64_t>();
    if (number == 0) break;
    if (bytes > objects.left()) throw Damaged("a text in it is damaged");
    if (number == index) {
      if (length > bytes) throw Damaged("a text in it is damaged");
      const std::string_view text = objects.text(length);
      return std::string(text.substr(0, text.find('\0')));
    }
    objects.skip(std::min<std::uint64_t>(padded(bytes), objects.left()));
  }
  throw Damaged("a text in it is missing");
}

std::optional<std::vector<std::string>> Hdf5Reader::attributes(const std::string& path, const std::string& name) const {
  const std::uint64_t address = require(path);
  const std::string where = path + "'s attribute " + name;
  return at(where, [&]() -> std::optional<std::vector<std::string>> {
    for (const Message& one : messages(address)) {
      ByteCursor cursor(one.body);
      if (one.type == message::attribute_info) {
        cursor.skip(1);
        if ((cursor.get<std::uint8_t>() & 1) != 0) cursor.skip(2);
        if (cursor.get<std::uint64_t>() != no_address) throw Damaged("it is stored in a form that sumi doesn't read");
      }
      if (one.type != message::attribute) continue;
      const auto version = cursor.get<std::uint8_t>();
      const auto flags = cursor.get<std::uint8_t>();
      if (version < 1 || version > 3 || one.shared || (version > 1 && flags != 0)) {
        throw Damaged("it is stored in a form that sumi doesn't read");
      }
      std::uint64_t sizes[3];
      for (std::uint64_t& size : sizes) size = cursor.get<std::uint16_t>();
      if (version == 3) cursor.skip(1);
      const auto room = [version](std::uint64_t size) { return version == 1 ? padded(size) : size; };
      const std::string_view found = cursor.text(room(sizes[0]));
      const auto type_body = cursor.take(room(sizes[1])), space_body = cursor.take(room(sizes[2]));
      if (found.substr(0, found.find('\0')) != name) continue;
      return texts(type_body, space_body, cursor.rest());
    }
    return std::nullopt;
  });
}

std::vector<std::string> Hdf5Reader::texts(std::span<const std::byte> type_body, std::span<const std::byte> space_body,
                                           std::span<const std::byte> data) const {
  const auto shape = shape_from(space_body);
  const Type type = type_from(type_body);
  std::vector<std::string> all;
  if (!shape) return all;
  const std::uint64_t bytes = bytes_of_shape(*shape, type.size, image_.size());
  if (bytes == 0) return all;  // Keras writes an empty list as an array of floats
  if (type.kind != Type::string && !type.variable_string()) throw Damaged("expected text");
  ByteCursor cursor(data);
  std::size_t total = 0;
  for (std::uint64_t i = 0; i < bytes / type.size; ++i) {
    const auto element = cursor.take(type.size);
    if (type.kind == Type::string) {
      const std::string_view text(reinterpret_cast<const char*>(element.data()), element.size());
      all.emplace_back(text.substr(0, text.find('\0')));
    } else {
      all.push_back(heap_text(element));
    }
    // Many references may lead to one text.
    if ((total += all.back().size()) > image_.size()) throw Damaged("its texts are longer than the file");
  }
  return all;
}

std::optional<std::string> Hdf5Reader::attribute(const std::string& path, const std::string& name) const {
  const auto texts = attributes(path, name);
  if (!texts) return std::nullopt;
  if (texts->size() != 1) fail(path + "'s attribute " + name, "expected one text");
  return texts->front();
}

}  // namespace sumi::saving
