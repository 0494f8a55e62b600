#pragma once
// Seam: the wish of somebody outside that we stop (Ctrl-C, a service manager).

#include <memory>

namespace ctxcap {

class Interrupts {
 public:
  virtual ~Interrupts() = default;

  // While the value lives, SIGINT, SIGTERM and SIGHUP do not end the program. The first one makes the request
  // or the program that is being waited for end with an error, so that what was begun can be undone.
  class Hold {
   public:
    virtual ~Hold() = default;
  };
  virtual std::unique_ptr<Hold> hold() = 0;

  // Whether one came since the hold began, the outermost where they are nested; stays so after its end.
  virtual bool came() = 0;
  // From here until the outermost hold ends nothing is cut short any more: what is under way must be brought
  // to its end.
  virtual void ignore() = 0;
};

}  // namespace ctxcap
