// The errors that sumi throws: one type per kind, every message says what, expected, received, where.
#pragma once

#include <stdexcept>
#include <string>

namespace sumi {

/// Base of every error that sumi throws on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An argument has a value that its layer, function or option doesn't accept. Keras raises ValueError.
class ArgumentError : public Error {
 public:
  using Error::Error;
};

/// A shape, rank or count does not fit: of data, of a weight, or of a layer's input.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// A file or folder is missing, unreadable, damaged or can't be written.
class FileError : public Error {
 public:
  using Error::Error;
};

/// A call came at the wrong time: fit before compile, weights before build.
class StateError : public Error {
 public:
  using Error::Error;
};

}  // namespace sumi
