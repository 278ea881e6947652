// Files that are there as a whole or not at all.
#pragma once

#include <filesystem>
#include <string>

/// Makes the folder if needed and tries to write into it. Throws FileError.
void require_writable(const std::filesystem::path& folder);

/// Writes beside the file, to the disk, then renames: whoever looks sees the old or the new content, never a part.
/// Throws FileError.
void write_atomically(const std::filesystem::path& file, const std::string& content);

/// The last part of write_atomically, for a temporary file that somebody else has written: to the disk, then renames.
void publish(const std::filesystem::path& temporary, const std::filesystem::path& file);

/// A name beside the file that no other process uses.
std::filesystem::path temporary_beside(const std::filesystem::path& file);
