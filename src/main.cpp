#include <cstdio>
#include <exception>

#include "app/app.hpp"
#include "io/io.hpp"

int main(int argc, char** argv) {
  try {
    ctxcap::io::RealWorld real;
    return ctxcap::app::run(argc, argv, real.world());
  } catch (const std::exception& bug) {
    // Rooms return errors as values, so whatever arrives here is a mistake of ours (or memory ran out).
    std::fprintf(
        stderr,
        "error: ctxcap has a bug\n  why: %s\n hint: run it again with the same input and report both\n",
        bug.what());
    return 1;
  }
}
