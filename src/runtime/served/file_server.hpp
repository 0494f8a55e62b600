#pragma once
// A server whose windows stand in a file that people wrote: the preset of a router, the configuration of
// llama-swap. One class for each kind, made by its row in runtimes.cpp.

#include <optional>
#include <string>

#include "data/serving.hpp"
#include "data/verification.hpp"
#include "ports/world.hpp"

namespace ctxcap::runtime {

class FileServer {
 public:
  FileServer(const World& world, ServedPlace place, std::string file, std::string model)
      : world_(world), place_(std::move(place)), file_(std::move(file)), model_(std::move(model)) {}
  virtual ~FileServer() = default;

  const std::string& file() const { return file_; }    // its path
  const std::string& model() const { return model_; }  // as the server names it
  const std::string& url() const { return place_.url; }
  bool can_be_asked() const { return !place_.url.empty(); }

  // --- The file. Errors (ErrorKind::usage): the model is not in it, or it is written in a way that is not
  // followed.
  virtual Result<ServedNow> now(const std::string& text) const = 0;
  // What ServedNow::says is to become for that window. `slots`: nullopt: as they are.
  virtual Result<std::string> wish(const std::string& text, Tokens num_ctx,
                                   std::optional<i64> slots) const = 0;
  // The whole text with that said, every other byte as it was.
  virtual Result<std::string> edited(const std::string& text, const std::string& says) const = 0;

  // Path of the weights that the file names for it; "": it names none.
  virtual std::string weights() const = 0;

  // --- The server
  // Whether the model is loaded. Errors: nobody answers; it does not know the model (usage).
  virtual Result<bool> is_loaded() = 0;
  // A request is at work in it; false also where it does not tell. Loads nothing.
  virtual bool is_busy() = 0;
  // The file was edited: it reads it and loads the model. Errors: `unverified` where it does not hold.
  virtual Status load_anew(const ServedNow& wanted) = 0;
  // What the loaded model runs with.
  virtual Result<ServedVerification> look(const ServedNow& wanted) = 0;
  // What was there is back in the file: it reads it, and loads the model where `load`.
  virtual Status take_back(bool load) = 0;
  virtual void unload() = 0;

 protected:
  // Errors of this kind of change, in one voice.
  Error not_changed(ErrorKind kind, std::string why, std::string hint) const;
  ServedAsk ask_for(const ServedNow& wanted, std::string url) const;
  const World& world() const { return world_; }
  const ServedPlace& place() const { return place_; }

 private:
  World world_;
  ServedPlace place_;
  std::string file_, model_;
};

}  // namespace ctxcap::runtime
