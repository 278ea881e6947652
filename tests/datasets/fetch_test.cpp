// A download is right or not there, whatever the network and the server do; what did arrive is not fetched twice.
#include "datasets/fetch.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "datasets/files.hpp"
#include "datasets/http_server.hpp"
#include "sumi/datasets.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using sumi::FileError;
using namespace sumi::datasets;
using namespace sumi::test;
using kmnist::FetchProgress;

namespace {

// A server that publishes one file, and a folder to fetch it to.
struct Fixture {
  Variable no_proxy{"no_proxy", "127.0.0.1"};
  TempFolder folder;
  std::string content = noise(100'000);
  std::string sum = sha256_of(write(folder / "original", content));
  PublishedFile file{"a.gz", 100'000, sum};
  fs::path target = folder / "into" / "a.gz";
  fs::path part = folder / "into" / "a.gz.part";
  HttpServer server;
  std::vector<FetchProgress> seen;

  Fixture() { server.files["a.gz"] = content; }

  void fetch() {
    fetch_file(file, folder / "into", server.url(),
               [this](const FetchProgress& progress) { seen.push_back(progress); });
  }
  std::string error() {
    return error_text<FileError>([this] { fetch(); });
  }
  std::string url() const { return server.url() + "a.gz"; }
  // Leaves the first `size` bytes in the part.
  void interrupt_after(std::size_t size) {
    server.cut_after = size;
    CHECK_THROWS_AS(fetch(), FileError);
    server.cut_after.reset();
    REQUIRE(read(part) == content.substr(0, size));
  }
};

using Requests = std::vector<std::string>;

}  // namespace

TEST_CASE("SHA-256 is FIPS 180-4's") {
  const TempFolder folder;
  CHECK(sha256_of(write(folder / "x", "abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of(write(folder / "x", "")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of(write(folder / "x", std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(error_text<FileError>([&] { sha256_of(folder / "missing"); }) ==
        in_quotes(folder / "missing") + ": cannot be read to compute its SHA-256.");
}

TEST_CASE_METHOD(Fixture, "a file is fetched into a new folder, and nothing else is left there") {
  fetch();
  CHECK(read(target) == content);
  CHECK(names_in(folder / "into") == std::vector<std::string>{"a.gz"});
  CHECK(server.requests() == Requests{""});
  REQUIRE_FALSE(seen.empty());
  CHECK(std::is_sorted(seen.begin(), seen.end(), [](auto& a, auto& b) { return a.received < b.received; }));
  CHECK(seen.back().stage == FetchProgress::Stage::done);
  CHECK(seen.back().file == "a.gz");
  CHECK(seen.back().received == 100'000);
  CHECK(seen.back().total == 100'000);
}

TEST_CASE_METHOD(Fixture, "a right file is kept without asking the server") {
  fetch();
  server.stop();
  seen.clear();
  fetch();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].stage == FetchProgress::Stage::kept);
  CHECK(seen[0].received == 100'000);
}

TEST_CASE_METHOD(Fixture, "another file in the way is left alone") {
  fs::create_directories(folder / "into");
  write(target, "mine");
  CHECK(error() == in_quotes(target) + ": another file is in the way. Expected SHA-256 " + sum + ". Received " +
                       sha256_of(target) + ". Remove it, or fetch into another folder.");
  CHECK(read(target) == "mine");
  CHECK(server.requests().empty());
}

TEST_CASE_METHOD(Fixture, "a cut connection leaves a part that the next call resumes") {
  server.cut_after = 30'000;
  const std::string text = error();
  CHECK(text.substr(0, text.find(':', 40)) == "The download of '" + url() + "' failed");
  const std::string ending = ". 30000 of 100000 bytes are in '" + part.string() + "'; fetch again to resume.";
  CHECK(text.substr(text.size() - ending.size()) == ending);
  CHECK(names_in(folder / "into") == std::vector<std::string>{"a.gz.part"});

  CHECK_THROWS_AS(fetch(), FileError);  // cut again, 30,000 bytes further on
  server.cut_after.reset();
  fetch();
  CHECK(read(target) == content);
  CHECK(names_in(folder / "into") == std::vector<std::string>{"a.gz"});
  CHECK(server.requests() == Requests{"", "30000", "60000"});
}

TEST_CASE_METHOD(Fixture, "a part that is whole needs no server") {
  fs::create_directories(folder / "into");
  write(part, content);
  server.stop();
  fetch();
  CHECK(read(target) == content);
  CHECK_FALSE(fs::exists(part));
}

TEST_CASE_METHOD(Fixture, "a server without ranges sends everything again") {
  interrupt_after(30'000);
  server.ranges = false;
  fetch();
  CHECK(read(target) == content);
  CHECK(server.requests() == Requests{"", "30000", ""});
}

TEST_CASE_METHOD(Fixture, "a part that is longer than the file is started over") {
  fs::create_directories(folder / "into");
  write(part, content + "more");
  fetch();
  CHECK(read(target) == content);
  CHECK(server.requests() == Requests{""});
}

TEST_CASE_METHOD(Fixture, "wrong bytes of the right length are thrown away") {
  const bool resumed = GENERATE(false, true);
  if (resumed) interrupt_after(30'000);
  server.files["a.gz"].back() ^= 1;
  const std::string wrong = sha256_of(write(folder / "wrong", server.files["a.gz"]));
  CHECK(error() == "'" + url() + "' is not the published file. Expected SHA-256 " + sum + ". Received " + wrong +
                       ". Nothing was kept; fetch again to start over.");
  CHECK(names_in(folder / "into").empty());

  server.files["a.gz"] = content;  // once the server is repaired, nothing of it lingers
  fetch();
  CHECK(read(target) == content);
}

TEST_CASE_METHOD(Fixture, "a file of another length is thrown away, and a long one is not read to its end") {
  const std::string expected = "'" + url() + "' is not the published file. Expected 100000 bytes. Received ";
  server.files["a.gz"] = content.substr(0, 99'999);
  CHECK(error() == expected + "99999 bytes. Nothing was kept.");
  CHECK(names_in(folder / "into").empty());

  server.files["a.gz"] = content + "!";
  CHECK(error() == expected + "more. Nothing was kept.");
  CHECK(names_in(folder / "into").empty());

  server.files["a.gz"] = "";
  CHECK(error() == expected + "0 bytes. Nothing was kept.");
  CHECK(names_in(folder / "into").empty());
}

TEST_CASE_METHOD(Fixture, "a part that reaches beyond the server's file is started over") {
  interrupt_after(30'000);
  server.files["a.gz"] = content.substr(0, 20'000);
  CHECK(error() ==
        "'" + url() + "' is not the published file. Expected 100000 bytes. Received 20000 bytes. Nothing was kept.");
  CHECK(names_in(folder / "into").empty());
  CHECK(server.requests() == Requests{"", "30000", ""});
}

TEST_CASE_METHOD(Fixture, "an HTTP error names the address and keeps what was there") {
  server.files.clear();
  CHECK(error() ==
        "The download of '" + url() + "' failed: The requested URL returned error: 404. Nothing was received.");
  CHECK(names_in(folder / "into").empty());

  server.files["a.gz"] = content;
  interrupt_after(30'000);
  server.files.clear();
  CHECK(error() == "The download of '" + url() +
                       "' failed: The requested URL returned error: 404. 30000 of 100000 bytes are in '" +
                       part.string() + "'; fetch again to resume.");
  CHECK(read(part).size() == 30'000);
}

TEST_CASE_METHOD(Fixture, "a refused connection leaves nothing behind") {
  server.stop();
  const std::string text = error();
  const std::string beginning = "The download of '" + url() + "' failed: Failed to connect to 127.0.0.1 port ";
  CHECK(text.substr(0, beginning.size()) == beginning);
  const std::string ending = ". Nothing was received.";
  CHECK(text.substr(text.size() - ending.size()) == ending);
  CHECK(names_in(folder / "into").empty());
}

TEST_CASE_METHOD(Fixture, "an exception from the progress callback stops the download and passes through") {
  const auto stop = [](const FetchProgress&) { throw std::logic_error("stop"); };
  CHECK_THROWS_AS(fetch_file(file, folder / "into", server.url(), stop), std::logic_error);
  CHECK_FALSE(fs::exists(target));
  fetch();
  CHECK(read(target) == content);
}

TEST_CASE_METHOD(Fixture, "two downloads of one file don't mix") {
  std::vector<std::string> errors;
  const auto meanwhile = [&](const FetchProgress& progress) {
    if (progress.stage == FetchProgress::Stage::downloading && errors.empty()) errors.push_back(error());
  };
  fetch_file(file, folder / "into", server.url(), meanwhile);
  CHECK(errors == std::vector<std::string>{in_quotes(part) + ": another download is writing it."});
  CHECK(read(target) == content);
  CHECK(server.requests() == Requests{""});
}

TEST_CASE_METHOD(Fixture, "a folder that can't be made or written is named") {
  write(folder / "into", "a file");
  const std::string text = error();
  const std::string beginning = in_quotes(folder / "into") + ": the folder cannot be created: ";
  CHECK(text.substr(0, beginning.size()) == beginning);
  if (::geteuid() == 0) {
    WARN("not tested as root, who may write everywhere: a folder without write permission");
    return;
  }
  fs::remove(folder / "into");
  fs::create_directory(folder / "into");
  fs::permissions(folder / "into", fs::perms::owner_read | fs::perms::owner_exec);
  CHECK(error() == in_quotes(part) + ": cannot be written: Permission denied.");
  fs::permissions(folder / "into", fs::perms::owner_all);
}

TEST_CASE_METHOD(Fixture, "a mirror may be a folder of this machine, with or without a last slash") {
  write(folder / "a.gz", content);
  fetch_file(file, folder / "one", "file://" + folder.path().string(), {});
  fetch_file(file, folder / "two", "file://" + folder.path().string() + "/", {});
  CHECK(read(folder / "one" / "a.gz") == content);
  CHECK(read(folder / "two" / "a.gz") == content);

  write(folder / "one" / "a.gz.part", content.substr(0, 4'000));
  fs::remove(folder / "one" / "a.gz");
  fetch_file(file, folder / "one", "file://" + folder.path().string(), {});
  CHECK(read(folder / "one" / "a.gz") == content);
}
