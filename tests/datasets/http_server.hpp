// A small HTTP server on 127.0.0.1 that serves bytes from memory, in ranges, and can misbehave on request.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace sumi::test {

class HttpServer {
 public:
  HttpServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, any, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, any, &size) != 0) {
      throw std::runtime_error("no local server");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() { stop(); }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Ends it; from then on its port refuses connections.
  void stop() {
    if (!thread_.joinable()) return;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

  /// How the server answers. Change it between requests only.
  std::map<std::string, std::string> files;  ///< by name
  std::optional<std::size_t> cut_after;      ///< close the connection after as many bytes of the body
  bool ranges = true;                        ///< false: answers every request with the whole file

  /// First byte asked for by each request so far: "" without a range, else as in `Range: bytes=10-`.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (;;) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      answer(client);
      ::shutdown(client, SHUT_RDWR);
      ::close(client);
    }
  }

  static void send_all(int client, const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = ::send(client, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;  // the client has gone
      sent += static_cast<std::size_t>(count);
    }
  }

  void answer(int client) {
    std::string request;
    for (char buffer[1024]; request.find("\r\n\r\n") == std::string::npos;) {
      const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
      if (count <= 0) return;
      request.append(buffer, static_cast<std::size_t>(count));
    }
    const std::string name = request.substr(5, request.find(' ', 5) - 5);  // "GET /name HTTP/1.1"
    std::string first;
    if (const auto range = request.find("Range: bytes="); range != std::string::npos) {
      first = request.substr(range + 13, request.find('-', range) - range - 13);
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(first);
    }
    const auto file = files.find(name);
    if (file == files.end()) return respond(client, "404 Not Found", "", "<html>no such page</html>");
    const std::string& whole = file->second;
    if (first.empty() || !ranges) return respond(client, "200 OK", "", whole);
    const std::size_t begin = std::stoul(first);
    const std::string size = std::to_string(whole.size());
    if (begin >= whole.size()) {
      return respond(client, "416 Range Not Satisfiable", "Content-Range: bytes */" + size + "\r\n", "");
    }
    respond(client, "206 Partial Content",
            "Content-Range: bytes " + first + "-" + std::to_string(whole.size() - 1) + "/" + size + "\r\n",
            whole.substr(begin));
  }

  void respond(int client, const std::string& status, const std::string& headers, const std::string& body) {
    send_all(client, "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                         "\r\n" + headers + "\r\n" + body.substr(0, cut_after.value_or(body.size())));
  }

  int listener_;
  int port_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
};

}  // namespace sumi::test
