#pragma once
// Where Ollama listens, read from OLLAMA_HOST as Ollama itself reads it, and when two addresses are one
// server.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ctxcap {

enum class Reach { local, remote };  // local: this machine's loopback interface

// How variants are created there. automatic: by the ollama command where it is in PATH, the server is local
// and a Modelfile can carry the texts; else by the API.
enum class Via { automatic, cli, api };

struct Host {
  std::string url;  // "http://127.0.0.1:11434", with a path when one was given, no slash at the end
  Reach reach = Reach::local;
  // One name for all ways to write the server, by which the state knows it: the host in small letters, and
  // 127.0.0.1 for localhost and ::1. Not to connect to.
  std::string id;
};

// Without a scheme: http and port 11434; "http://" alone means port 80, "https://" 443. An address to listen
// on (0.0.0.0, ::, none) becomes the loopback address to connect to. Refused: a port that is
// none (Ollama takes 11434 then, which is another server than the one that was meant), schemes other than
// these two, and user names or passwords in the address.
Result<Host> parse_host(std::string_view ollama_host);

}  // namespace ctxcap
