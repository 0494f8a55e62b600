// Mail, by whatever calls itself sendmail here (Postfix, Exim, msmtp, nullmailer).

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "notify/ways.hpp"

namespace ctxcap::notify {
namespace {

// Of a user's PATH it is often no part.
std::string sendmail(World& world) {
  for (const char* path : {"sendmail", "/usr/sbin/sendmail", "/usr/lib/sendmail"}) {
    if (world.processes.find(path)) return path;
  }
  return "sendmail";
}

Status send_mail(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits) {
  std::string mail = "To: " + join(whom.to, ", ") + "\nSubject: " + header_text(notice.title) +
                     "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                     "Content-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n\n";
  for (const std::string& line : notice.lines) mail += wrapped(line, 76, "", "  ") + "\n";
  return run({.argv = {sendmail(world), "-i", "-t"}, .timeout = limits.program, .input = std::move(mail)},
             whom, world);
}

}  // namespace

extern const Way kMail{NoticeWay::mail, send_mail, false};

}  // namespace ctxcap::notify
